import { normaliseHash, WcpError } from '@wcp/spec/json';
import { isObject, own } from '../base/own-member.ts';
import type { SigningKey } from '../key/signing-key.ts';
import { type ReceiptDraft, type SignedReceipt, signReceipt } from './receipt.ts';

/** The last receipt of a stream, as far as the next one needs it. */
export interface ReceiptHead {
  readonly seq: number;
  readonly receipt_hash: string;
}

/** The last receipt of every stream, by stream: what a store needs to resume the chains. */
export type ReceiptHeads = Readonly<Record<string, ReceiptHead>>;

type Layer = ReadonlyMap<string, ReceiptHead>;

/** The state of the receipt chains that one key signs. It never changes: an append returns the next one. */
export interface ReceiptChain {
  readonly key: SigningKey;
  /** Two layers, the later over the earlier, so that an append doesn't copy every tenant's head. */
  readonly layers: readonly [earlier: Layer, later: Layer];
}

const LATER_SIZE = 64;

/**
 * A receipt chain, new or resumed from stored heads (section 8).
 *
 * @throws {WcpError} `ERR_WCP_RECEIPT` for malformed heads
 * @example
 * ```ts
 * import { createReceiptChain, generateSigningKey } from '@wcp/evidence';
 *
 * const receipt_hash = `sha256:${'0'.repeat(64)}`;
 * const chain = createReceiptChain(generateSigningKey(), { 'tenant-1': { seq: 41, receipt_hash } });
 * console.log(chain.key.keyId);
 * ```
 */
export function createReceiptChain(key: SigningKey, heads: ReceiptHeads = {}): ReceiptChain {
  if (!isObject(heads)) throw badHead();
  const earlier = new Map(Object.entries(heads).map(([stream, head]) => [stream, readHead(head)]));
  return { key, layers: [earlier, new Map()] };
}

/** A signed receipt, and the receipt chain that ends in it. */
export interface AppendedReceipt extends SignedReceipt {
  readonly chain: ReceiptChain;
}

/**
 * The next receipt of the draft's stream, hashed and signed, and the receipt chain that ends in it
 * (section 8). Nothing is stored: a caller whose commit fails continues with the chain it had.
 *
 * @throws {WcpError} `ERR_WCP_RECEIPT` for a draft without a stream, `ERR_WCP_CANONICAL_JSON`
 * @example
 * ```ts
 * import { appendReceipt, createReceiptChain, generateSigningKey } from '@wcp/evidence';
 * import type { ReceiptDraft } from '@wcp/evidence/receipt';
 *
 * declare const draft: ReceiptDraft;
 * const chain = createReceiptChain(generateSigningKey());
 * const { receipt, chain: next } = appendReceipt(chain, draft);
 * console.log(receipt.seq, appendReceipt(next, draft).receipt.seq); // 0 1
 * ```
 */
export function appendReceipt(chain: ReceiptChain, draft: ReceiptDraft): AppendedReceipt {
  const { receipt, leaf } = nextReceipt(draft, headOf(chain, draft.stream), chain.key);
  const { seq, receipt_hash } = receipt;
  const layers = withHead(chain.layers, receipt.stream, { seq, receipt_hash });
  return { receipt, leaf, chain: { key: chain.key, layers } };
}

/**
 * The last receipt of every stream of a receipt chain, as JSON can store it: see {@link createReceiptChain}.
 *
 * @example
 * ```ts
 * import { type ReceiptChain, createReceiptChain } from '@wcp/evidence';
 * import { receiptHeads } from '@wcp/evidence/receipt';
 *
 * declare const chain: ReceiptChain;
 * const resumed = createReceiptChain(chain.key, receiptHeads(chain));
 * console.log(Object.keys(receiptHeads(resumed)));
 * ```
 */
export function receiptHeads(chain: ReceiptChain): ReceiptHeads {
  return Object.fromEntries(chain.layers.flatMap((layer) => [...layer]));
}

function nextReceipt(draft: ReceiptDraft, head: ReceiptHead | undefined, key: SigningKey): SignedReceipt {
  if (typeof draft.stream !== 'string')
    throw new WcpError('ERR_WCP_RECEIPT', 'A receipt must name its stream.');
  const place = { seq: head ? head.seq + 1 : 0, prev_receipt_hash: head?.receipt_hash ?? null };
  return signReceipt({ ...draft, ...place }, key);
}

function headOf({ layers: [earlier, later] }: ReceiptChain, stream: string): ReceiptHead | undefined {
  return later.get(stream) ?? earlier.get(stream);
}

function withHead(
  [earlier, later]: ReceiptChain['layers'],
  stream: string,
  head: ReceiptHead,
): ReceiptChain['layers'] {
  if (later.size < LATER_SIZE) return [earlier, new Map(later).set(stream, head)];
  const merged = new Map(earlier);
  for (const [name, known] of later) merged.set(name, known);
  return [merged.set(stream, head), new Map()];
}

function readHead(head: unknown): ReceiptHead {
  const seq = own(head, 'seq');
  const hash = own(head, 'receipt_hash');
  const written = normaliseHash(hash);
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 0) throw badHead();
  if (written === null || written !== hash) throw badHead();
  return { seq, receipt_hash: written };
}

function badHead(): WcpError {
  return new WcpError('ERR_WCP_RECEIPT', 'The head of a stream must be {seq, receipt_hash}.');
}
