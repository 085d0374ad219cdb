import type { Receipt } from '@wcp/spec';
import { appendReceipt, createReceiptChain, type SigningKey, type Verification } from '../src/index.ts';
import { signingKeyFromSeed } from '../src/key/index.ts';
import { createMerkleTree } from '../src/log/index.ts';
import { type ReceiptDraft, receiptLeaf } from '../src/receipt/index.ts';

/** RFC 8032, test 1. */
export const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
export const key = signingKeyFromSeed(SEED);
export const otherKey = signingKeyFromSeed('11'.repeat(32));
export const keys = { [key.keyId]: key.publicKey, [otherKey.keyId]: otherKey.publicKey };

export const draftOf = (stream: string, changes: Partial<ReceiptDraft> = {}): ReceiptDraft => ({
  receipt_id: '01890a5d-ac96-774b-bcce-b302099a8057',
  kind: 'decision',
  stream,
  correlation_id: 'corr-1',
  decision_id: '0b0c8a1e-8e7a-4c39-9a55-7f1f5d2f9b11',
  dispatched_at: '2026-01-01T00:00:00.000Z',
  worker_id: 'org.acme.doc-summarizer.prod-01',
  worker_species_id: 'wrk.doc.summarizer',
  capability_id: 'cap.doc.summarize',
  policy_decision: 'ALLOW',
  deny_code: null,
  controls_verified: ['ctrl.obs.audit-log-append-only'],
  artifact_hash: `sha256:${'a'.repeat(64)}`,
  decision_digest: `sha256:${'b'.repeat(64)}`,
  world_digest: `sha256:${'c'.repeat(64)}`,
  outcome: null,
  ...changes,
});

/** A log with one receipt for each name of a stream, in that order. */
export function logOf(streams: readonly string[], signer: SigningKey = key): Receipt[] {
  let chain = createReceiptChain(signer);
  return streams.map((stream) => {
    const next = appendReceipt(chain, draftOf(stream));
    chain = next.chain;
    return next.receipt;
  });
}

export const treeOf = (receipts: readonly object[]) => createMerkleTree(receipts.map(receiptLeaf));

/** Each finding as its index and its code. */
export const codesOf = ({ findings }: Verification) => findings.map(({ index, code }) => `${index} ${code}`);

/** The code of the first finding; null where there is none. */
export const codeOfFirst = ({ findings }: Verification) => findings[0]?.code ?? null;

/** The list with the item at `index` changed. */
export const withChange = <T extends object>(list: readonly T[], index: number, change: object): T[] =>
  list.map((item, at) => (at === index ? { ...item, ...change } : item));

/** Values that break careless readers. */
export function hostileValues(): unknown[] {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const circle: unknown[] = [];
  circle.push(circle);
  const throwing = {
    get stream(): never {
      throw new Error('no');
    },
  };
  const lying = new Proxy([], {
    get() {
      throw new Error('no');
    },
  });
  let deep: unknown = null;
  for (let level = 0; level < 50_000; level += 1) deep = [deep];
  return [
    ...[undefined, null, true, 0, -1, Number.NaN, 1n, '', 'text', Symbol('s'), () => 1, [], {}],
    ...[[null], [undefined], [[]], [{}], ['\ud800'], new Date(0), new Map(), Object.create(null)],
    ...[
      JSON.parse('{"__proto__":{"stream":"x"}}'),
      proxy,
      [proxy],
      circle,
      throwing,
      [throwing],
      lying,
      deep,
      [deep],
    ],
    [Object.create({ stream: 'x', seq: 0, prev_receipt_hash: null, receipt_hash: '', signature: '' })],
  ];
}
