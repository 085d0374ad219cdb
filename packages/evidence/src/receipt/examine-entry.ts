import { sha256 } from '@wcp/spec';
import { decodeUtf8 } from '../base/encoding.ts';
import type { ReceiptFindingCode } from '../base/finding.ts';
import { isObject } from '../base/own-member.ts';
import type { Keyring } from './keyring.ts';
import { MemberTexts } from './member-texts.ts';
import { isLink, type ReceiptLink } from './receipt-examiner.ts';

/** What was found in one entry, its place in its stream apart. */
export interface ExaminedEntry {
  /** Null for an entry that is not a receipt. */
  readonly link: ReceiptLink | null;
  readonly codes: readonly ReceiptFindingCode[];
}

const SEAL = ['receipt_hash', 'signature'];
const NOT_A_RECEIPT: ExaminedEntry = { link: null, codes: ['RECEIPT_MALFORMED'] };

/**
 * Examines an entry of a log: a receipt in canonical JSON, byte for byte. Each member is written as text once, for the
 * entry and for its hash: what is left of the time belongs to the signature.
 */
export function examineEntry(bytes: Uint8Array, keyring: Keyring): ExaminedEntry {
  try {
    return examineText(decodeUtf8(bytes), keyring);
  } catch {
    return NOT_A_RECEIPT;
  }
}

/** Examines the text of an entry, as {@link examineEntry} does. */
export function examineText(text: string, keyring: Keyring): ExaminedEntry {
  const read = readText(text);
  if (read === null) return NOT_A_RECEIPT;
  const { link, hash } = read;
  const wrongHash = link.receipt_hash === hash ? [] : (['RECEIPT_HASH_MISMATCH'] as const);
  return { link, codes: [...wrongHash, ...keyring.examine(link)] };
}

function readText(text: string): { readonly link: ReceiptLink; readonly hash: string } | null {
  try {
    const receipt: unknown = JSON.parse(text);
    if (!isObject(receipt) || !isLink(receipt)) return null;
    const members = new MemberTexts(receipt);
    return members.text() === text ? { link: receipt, hash: sha256(members.textWithout(SEAL)) } : null;
  } catch {
    return null;
  }
}
