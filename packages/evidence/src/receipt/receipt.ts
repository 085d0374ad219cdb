import { canonicalJson, type Receipt, type Sha256, sha256, WcpError } from '@wcp/spec';
import { encodeBase64 } from '../base64.ts';
import type { SigningKey } from '../key/signing-key.ts';
import { isObject } from '../own-member.ts';

/** What signing adds to a receipt. */
export interface ReceiptSeal {
  readonly signing_key_id: string;
  readonly receipt_hash: Sha256;
  readonly signature: string;
}

/** A receipt before its place in a chain and its signature are known. */
export type ReceiptDraft = Omit<Receipt, 'seq' | 'prev_receipt_hash' | keyof ReceiptSeal>;

/**
 * SHA-256 of the canonical JSON of a receipt without `receipt_hash` and `signature` (section 8).
 *
 * @throws {WcpError} `ERR_WCP_RECEIPT` for what is no object, `ERR_WCP_CANONICAL_JSON`
 */
export function receiptHash(receipt: object): Sha256 {
  if (!isObject(receipt)) throw new WcpError('ERR_WCP_RECEIPT', 'A receipt is an object.');
  return sha256(canonicalJson(hashedPart(receipt)));
}

/**
 * The leaf of a receipt in the log: the canonical JSON of the whole receipt (section 8, "Log").
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON`
 * @example tree.append(receiptLeaf(receipt))
 */
export function receiptLeaf(receipt: object): string {
  return canonicalJson(receipt);
}

/** The members of a receipt that its hash covers. */
export function hashedPart(receipt: object): object {
  const { receipt_hash: _hash, signature: _signature, ...rest } = receipt as Partial<ReceiptSeal>;
  return rest;
}

/**
 * Seals a receipt (section 8): puts the key's id in, hashes, and signs the hash as written.
 *
 * @throws {WcpError} `ERR_WCP_RECEIPT` for what is no object, `ERR_WCP_CANONICAL_JSON`
 * @example signReceipt({ ...draft, seq: 0, prev_receipt_hash: null }, key).signature
 */
export function signReceipt<T extends object>(
  draft: T,
  key: SigningKey,
): Omit<T, keyof ReceiptSeal> & ReceiptSeal {
  const unsigned = { ...draft, signing_key_id: key.keyId };
  const hash = receiptHash(isObject(draft) ? unsigned : draft);
  return { ...unsigned, receipt_hash: hash, signature: encodeBase64(key.sign(hash)) };
}

/** A sealed receipt, and its leaf in the log. */
export interface SealedReceipt {
  readonly receipt: Receipt;
  /** The canonical JSON of the whole receipt. */
  readonly leaf: string;
}

/**
 * Seals a receipt as {@link signReceipt} does and gives its leaf too: each member is written once for
 * both, which at thousands of receipts a second is what they cost beside their signatures.
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON`
 */
export function sealReceipt(draft: Omit<Receipt, keyof ReceiptSeal>, key: SigningKey): SealedReceipt {
  const unsigned = { ...draft, signing_key_id: key.keyId };
  const names = Object.keys(unsigned).sort();
  const members = names.map((name) => memberText(name, (unsigned as Record<string, unknown>)[name]));
  const receipt_hash = sha256(`{${members.join(',')}}`);
  const signature = encodeBase64(key.sign(receipt_hash));
  insertMember(names, members, 'receipt_hash', receipt_hash);
  insertMember(names, members, 'signature', signature);
  return { receipt: { ...unsigned, receipt_hash, signature }, leaf: `{${members.join(',')}}` };
}

/** What stands for itself in a JSON text. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

function memberText(name: string, value: unknown): string {
  if (value === null || Number.isSafeInteger(value)) return `"${name}":${value}`;
  return typeof value === 'string' && PLAIN.test(value)
    ? `"${name}":"${value}"`
    : `"${name}":${canonicalJson(value)}`;
}

/** Puts a member where its name belongs; one of that name that is there already gives way. */
function insertMember(names: string[], members: string[], name: string, value: string): void {
  const after = names.findIndex((other) => other >= name);
  const place = after < 0 ? names.length : after;
  const replaced = names[place] === name ? 1 : 0;
  names.splice(place, replaced, name);
  members.splice(place, replaced, memberText(name, value));
}
