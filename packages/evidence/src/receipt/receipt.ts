import type { Receipt, Sha256 } from '@wcp/spec';
import { canonicalJson, sha256, WcpError } from '@wcp/spec/json';
import { encodeBase64 } from '../base/encoding.ts';
import { isObject } from '../base/own-member.ts';
import type { SigningKey } from '../key/signing-key.ts';
import { MemberTexts } from './member-texts.ts';

/** What signing adds to a receipt. */
export interface ReceiptSeal {
  readonly signing_key_id: string;
  readonly receipt_hash: Sha256;
  readonly signature: string;
}

/** A receipt before its place in a chain and its signature are known. */
export type ReceiptDraft = Omit<Receipt, 'seq' | 'prev_receipt_hash' | keyof ReceiptSeal>;

/** A signed receipt and its leaf in the log. */
export interface SignedReceipt<T extends object = Receipt> {
  readonly receipt: HashedPart<T> & ReceiptSeal;
  /** The canonical JSON of the whole receipt, as {@link receiptLeaf} writes it. */
  readonly leaf: string;
}

/**
 * SHA-256 of the canonical JSON of a receipt without `receipt_hash` and `signature` (section 8).
 *
 * @throws {WcpError} `ERR_WCP_RECEIPT` where it is not an object, `ERR_WCP_CANONICAL_JSON`
 * @example
 * ```ts
 * import { receiptHash } from '@wcp/evidence';
 *
 * const receipt = { stream: 'tenant-1', seq: 0 };
 * console.log(receiptHash(receipt) === receiptHash({ ...receipt, signature: 'any' })); // true
 * ```
 */
export function receiptHash(receipt: object): Sha256 {
  return sha256(canonicalJson(hashedPart(requireObject(receipt))));
}

/**
 * The leaf of a receipt in the log: the canonical JSON of the whole receipt (section 8, "Log").
 *
 * @throws {WcpError} `ERR_WCP_CANONICAL_JSON`
 * @example
 * ```ts
 * import type { Receipt } from '@wcp/spec';
 * import { createMerkleTree } from '@wcp/evidence/log';
 * import { receiptLeaf } from '@wcp/evidence/receipt';
 *
 * declare const receipts: Receipt[];
 * console.log(createMerkleTree(receipts.map(receiptLeaf)).root());
 * ```
 */
export function receiptLeaf(receipt: object): string {
  return canonicalJson(receipt);
}

/** The members of a receipt that its hash covers. */
type HashedPart<T extends object> = Omit<T, 'receipt_hash' | 'signature'>;

/** A receipt without the members that its hash does not cover. */
export function hashedPart<T extends object>(receipt: T): HashedPart<T> {
  const { receipt_hash: _hash, signature: _signature, ...rest } = receipt as T & Partial<ReceiptSeal>;
  return rest;
}

/**
 * Signs a receipt that knows its place in a chain (section 8): adds the key's id, hashes the receipt and
 * signs the hash as written. {@link appendReceipt} finds the place too.
 *
 * Each member is written once, for the hash and for the leaf: beside its signature, that is what a receipt
 * costs.
 *
 * @throws {WcpError} `ERR_WCP_RECEIPT` where it is not an object, `ERR_WCP_CANONICAL_JSON`
 * @example
 * ```ts
 * import { generateSigningKey, signReceipt } from '@wcp/evidence';
 *
 * const draft = { stream: 'tenant-1', seq: 0, prev_receipt_hash: null };
 * const { receipt, leaf } = signReceipt(draft, generateSigningKey());
 * console.log(receipt.receipt_hash, receipt.signature, leaf);
 * ```
 */
export function signReceipt<T extends object>(draft: T, key: SigningKey): SignedReceipt<T> {
  const hashed = hashReceipt(draft, key.keyId);
  return hashed.signed(key.sign(hashed.receipt_hash));
}

/** A receipt that waits for its signature. */
export interface HashedReceipt<T extends object = Receipt> {
  /** What is to be signed, as text; the next receipt of the stream can name it already. */
  readonly receipt_hash: Sha256;
  /** Completes the receipt. Whether the signature fits is not checked. */
  signed(signature: Uint8Array): SignedReceipt<T>;
}

/**
 * Hashes a receipt that knows its place in a chain, for a key that signs elsewhere or later: see
 * {@link signReceipt}.
 *
 * @throws {WcpError} `ERR_WCP_RECEIPT` where it is not an object, `ERR_WCP_CANONICAL_JSON`
 * @example
 * ```ts
 * import type { Signer } from '@wcp/evidence/key';
 * import { hashReceipt } from '@wcp/evidence/receipt';
 *
 * declare const signer: Signer;
 * const hashed = hashReceipt({ stream: 'tenant-1', seq: 0, prev_receipt_hash: null }, signer.keyId);
 * console.log(hashed.signed(await signer.sign(hashed.receipt_hash)).leaf);
 * ```
 */
export function hashReceipt<T extends object>(draft: T, signing_key_id: string): HashedReceipt<T> {
  // Into the copy that `hashedPart` made, which saves another.
  const unsigned = Object.assign(hashedPart(requireObject(draft)), { signing_key_id });
  const members = new MemberTexts(unsigned);
  const receipt_hash = sha256(members.text());
  return {
    receipt_hash,
    signed(bytes) {
      const signature = encodeBase64(bytes);
      members.insert('receipt_hash', receipt_hash);
      members.insert('signature', signature);
      return { receipt: { ...unsigned, receipt_hash, signature }, leaf: members.text() };
    },
  };
}

function requireObject<T extends object>(receipt: T): T {
  if (!isObject(receipt)) throw new WcpError('ERR_WCP_RECEIPT', 'A receipt must be an object.');
  return receipt;
}
