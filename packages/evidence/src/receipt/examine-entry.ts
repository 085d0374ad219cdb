import { sha256 } from '@wcp/spec/json';
import { decodeUtf8 } from '../base/encoding.ts';
import type { ReceiptFindingCode } from '../base/finding.ts';
import { isObject } from '../base/own-member.ts';
import type { Keyring } from './keyring.ts';
import { MemberTexts } from './member-texts.ts';
import { type HashedEntry, readPlainReceipt } from './plain-receipt.ts';
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
 * Examines an entry of a log: a receipt in canonical JSON, byte for byte. One that is plain, as most are, is read from
 * its bytes: what is left of the time belongs to the signature.
 */
export function examineEntry(bytes: Buffer, keyring: Keyring): ExaminedEntry {
  const read = readPlainReceipt(bytes) ?? readEntry(bytes);
  if (read === null) return NOT_A_RECEIPT;
  const { link, hash } = read;
  const signature = keyring.examine(link);
  return { link, codes: link.receipt_hash === hash ? signature : ['RECEIPT_HASH_MISMATCH', ...signature] };
}

/** Each member is written as text once, for the entry and for its hash. */
function readEntry(bytes: Buffer): HashedEntry | null {
  try {
    const text = decodeUtf8(bytes);
    const receipt: unknown = JSON.parse(text);
    if (!isObject(receipt) || !isLink(receipt)) return null;
    const members = new MemberTexts(receipt);
    return members.text() === text ? { link: receipt, hash: sha256(members.textWithout(SEAL)) } : null;
  } catch {
    return null;
  }
}
