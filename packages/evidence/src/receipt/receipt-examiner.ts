import { readCanonical, sha256 } from '@wcp/spec/json';
import type { ReceiptFindingCode } from '../base/finding.ts';
import { isObject, own } from '../base/own-member.ts';
import { Keyring, type KeySource } from './keyring.ts';
import { hashedPart } from './receipt.ts';

/** The members of a receipt that verification stands on (section 13, "Receipts"). */
export interface ReceiptLink {
  readonly stream: string;
  readonly seq: number;
  readonly prev_receipt_hash: string | null;
  readonly receipt_hash: string;
  readonly signing_key_id: string;
  readonly signature: string;
}

/** A link alone: what is sent to another thread, where the other members of a receipt are not needed. */
export function bareLink({
  stream,
  seq,
  prev_receipt_hash,
  receipt_hash,
  signing_key_id,
  signature,
}: ReceiptLink): ReceiptLink {
  return { stream, seq, prev_receipt_hash, receipt_hash, signing_key_id, signature };
}

/** What was found in one receipt. */
export interface ExaminedReceipt {
  /** The canonical JSON of the whole receipt, its leaf in the log; empty where it has none. */
  readonly text: string;
  /** Null for a value that is not a receipt: it has no place in a stream. */
  readonly link: ReceiptLink | null;
  readonly codes: readonly ReceiptFindingCode[];
}

/** Examines receipts one after the other, each against those before it; never throws. */
export class ReceiptExaminer {
  readonly #keyring: Keyring;
  readonly #heads = new Map<string, ReceiptLink>();

  constructor(keys: KeySource) {
    this.#keyring = new Keyring(keys);
  }

  examine(value: unknown): ExaminedReceipt {
    const { text, link, codes } = this.examineAlone(value);
    if (link === null) return { text, link, codes };
    const place = examinePlace(link, this.#heads.get(link.stream));
    this.#heads.set(link.stream, link);
    return { text, link, codes: [...codes, ...place] };
  }

  /** What can be said of a receipt without those around it: whether it is one, its hash and its signature. */
  examineAlone(value: unknown): ExaminedReceipt {
    const { text, link, hash } = readReceipt(value);
    if (link === null) return { text, link, codes: ['RECEIPT_MALFORMED'] };
    const mismatch = link.receipt_hash === hash ? [] : (['RECEIPT_HASH_MISMATCH'] as const);
    return { text, link, codes: [...mismatch, ...this.#keyring.examine(link)] };
  }
}

/** Where the head of a stream is missing, there is no hash to compare with: that is the only finding. */
export function examinePlace(link: ReceiptLink, before: ReceiptLink | undefined): ReceiptFindingCode[] {
  const codes: ReceiptFindingCode[] = [];
  if (before === undefined && link.seq !== 0) return ['RECEIPT_HEAD_MISSING'];
  // A difference, not a sum: above 2^53, adding one may give the same number.
  if (before !== undefined && link.seq - before.seq !== 1) codes.push('RECEIPT_SEQ_GAP');
  const follows = before === undefined || link.prev_receipt_hash === before.receipt_hash;
  const begins = link.seq !== 0 || link.prev_receipt_hash === null;
  if (!follows || !begins) codes.push('RECEIPT_CHAIN_BREAK');
  return codes;
}

interface ReceiptReading {
  readonly text: string;
  readonly link: ReceiptLink | null;
  readonly hash: string;
}

/**
 * Reads an attacker's receipt once, as text, and uses only that text: no getter or proxy can show the hash
 * one thing and the receipt chain another.
 */
function readReceipt(value: unknown): ReceiptReading {
  const whole = readCanonical(value);
  if (whole.findings.length > 0) return { text: '', link: null, hash: '' };
  const receipt: unknown = JSON.parse(whole.text);
  if (!isObject(receipt) || !isLink(receipt)) return { text: whole.text, link: null, hash: '' };
  return { text: whole.text, link: receipt, hash: sha256(readCanonical(hashedPart(receipt)).text) };
}

const STRINGS = ['stream', 'receipt_hash', 'signing_key_id', 'signature'] as const;

/** Whether an object has the members that verification stands on. */
export function isLink(receipt: object): receipt is ReceiptLink {
  const seq = own(receipt, 'seq');
  const previous = own(receipt, 'prev_receipt_hash');
  return (
    STRINGS.every((name) => typeof own(receipt, name) === 'string') &&
    (previous === null || typeof previous === 'string') &&
    Number.isSafeInteger(seq) &&
    Number(seq) >= 0
  );
}
