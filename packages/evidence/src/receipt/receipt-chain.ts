import { type Receipt, WcpError } from '@wcp/spec';
import { normaliseHash } from '@wcp/spec/json';
import type { SigningKey } from '../key/signing-key.ts';
import { isObject, own } from '../own-member.ts';
import { type ReceiptDraft, signReceipt } from './receipt.ts';

/** The last receipt of a stream, as far as the next one needs it. */
export interface ReceiptHead {
  readonly seq: number;
  readonly receipt_hash: string;
}

/** The last receipt of every stream, by stream: what a store keeps to resume a chain. */
export type ReceiptHeads = Readonly<Record<string, ReceiptHead>>;

type Layer = ReadonlyMap<string, ReceiptHead>;

/** The state of the chains that one key signs. It never changes: an append gives the next one. */
export interface ReceiptChain {
  readonly key: SigningKey;
  /** In two layers, the later above the earlier, so that an append doesn't copy every tenant's head. */
  readonly layers: readonly [earlier: Layer, later: Layer];
}

const LATER_SIZE = 64;

/**
 * A chain of receipts, new or resumed from stored heads (section 8).
 *
 * @throws {WcpError} `ERR_WCP_RECEIPT` for heads that are none
 * @example const chain = createReceiptChain(key, { 'tenant-1': { seq: 41, receipt_hash } });
 */
export function createReceiptChain(key: SigningKey, heads: ReceiptHeads = {}): ReceiptChain {
  if (!isObject(heads)) throw badHead();
  const earlier = new Map(Object.entries(heads).map(([stream, head]) => [stream, readHead(head)]));
  return { key, layers: [earlier, new Map()] };
}

/**
 * The next receipt of the draft's stream, hashed and signed, and the chain that ends in it (section 8).
 * Nothing is stored: a caller whose commit fails goes on with the chain that it had.
 *
 * @throws {WcpError} `ERR_WCP_RECEIPT`, `ERR_WCP_CANONICAL_JSON`
 * @example const { receipt, chain: next } = appendReceipt(chain, draft);
 */
export function appendReceipt(
  chain: ReceiptChain,
  draft: ReceiptDraft,
): { readonly receipt: Receipt; readonly chain: ReceiptChain } {
  const receipt = nextReceipt(draft, headOf(chain, draft.stream), chain.key);
  const { seq, receipt_hash } = receipt;
  const layers = withHead(chain.layers, receipt.stream, { seq, receipt_hash });
  return { receipt, chain: { key: chain.key, layers } };
}

/** The last receipt of every stream of a chain, in a form that JSON can hold. */
export function receiptHeads(chain: ReceiptChain): ReceiptHeads {
  return Object.fromEntries(chain.layers.flatMap((layer) => [...layer]));
}

function nextReceipt(draft: ReceiptDraft, head: ReceiptHead | undefined, key: SigningKey): Receipt {
  if (typeof draft.stream !== 'string') throw new WcpError('ERR_WCP_RECEIPT', 'A receipt names its stream.');
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
  return new WcpError('ERR_WCP_RECEIPT', 'The head of a stream is {seq, receipt_hash}.');
}
