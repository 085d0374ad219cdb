import type { KeyObject } from 'node:crypto';
import { sha256 } from '@wcp/spec';
import { readCanonical } from '@wcp/spec/json';
import { decodeBase64 } from '../base/encoding.ts';
import type { ReceiptFindingCode } from '../base/finding.ts';
import { isObject, own } from '../base/own-member.ts';
import { keyIdOf, rawPublicKey, readPublicKey } from '../key/public-key.ts';
import { isSignatureOf } from '../key/signature.ts';
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

  constructor(keys: unknown) {
    this.#keyring = new Keyring(keys);
  }

  examine(value: unknown): ExaminedReceipt {
    const { text, link, hash } = readReceipt(value);
    if (link === null) return { text, link, codes: ['RECEIPT_MALFORMED'] };
    const codes = [
      ...(link.receipt_hash === hash ? [] : (['RECEIPT_HASH_MISMATCH'] as const)),
      ...this.#keyring.examine(link),
      ...examinePlace(link, this.#heads.get(link.stream)),
    ];
    this.#heads.set(link.stream, link);
    return { text, link, codes };
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

/** The keys that an auditor knows; each is parsed once, however many receipts it signed. */
export class Keyring {
  readonly #keys: unknown;
  readonly #parsed = new Map<string, KeyObject | 'unknown' | 'invalid'>();

  constructor(keys: unknown) {
    this.#keys = keys;
  }

  examine(link: ReceiptLink): ReceiptFindingCode[] {
    const key = this.#find(link.signing_key_id);
    if (key === 'unknown') return ['RECEIPT_KEY_UNKNOWN'];
    const signature = decodeBase64(link.signature);
    const good =
      key !== 'invalid' &&
      signature !== null &&
      isSignatureOf(key, Buffer.from(link.receipt_hash), signature);
    return good ? [] : ['RECEIPT_SIGNATURE_INVALID'];
  }

  #find(keyId: string): KeyObject | 'unknown' | 'invalid' {
    const known = this.#parsed.get(keyId) ?? parseKey(keyId, own(this.#keys, keyId));
    this.#parsed.set(keyId, known);
    return known;
  }
}

/** A key serves the id that it is registered under only where that id is its own. */
function parseKey(keyId: string, publicKey: unknown): KeyObject | 'unknown' | 'invalid' {
  if (publicKey === undefined) return 'unknown';
  const ownId =
    typeof publicKey === 'string' && rawPublicKey(publicKey) !== null && keyIdOf(publicKey) === keyId;
  return (ownId ? readPublicKey(publicKey) : null) ?? 'invalid';
}
