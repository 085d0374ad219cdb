import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { MerkleFrontier } from '@wcp/evidence/log';
import { type EvidenceStorage, openFileStorage } from '@wcp/hall/storage';
import { decisionIdAt, type Head, type Signed, streamOf } from './plan.ts';

export const SEED = '0123456789abcdef'.repeat(4);
export const ORIGIN = 'bench.example/log';
const SIGNERS = 2;
/** Receipts of one commit. */
const BATCH = 4_000;
/** Nodes below this height are not stored. */
const STORED_HEIGHT = 8;

type Changes = Parameters<EvidenceStorage['store']['commit']>[0];

/**
 * Writes a store whose log has this many receipts, each chained and signed, as a Hall would have written it. It goes
 * on where an earlier call was interrupted.
 */
export async function generateLog(file: string, size: number, report: (size: number) => void): Promise<void> {
  const storage = await openFileStorage(file, { key: signingKeyFromSeed(SEED), origin: ORIGIN });
  try {
    const frontier = await frontierOfStore(storage);
    const heads = await readHeads(storage);
    const signers = Array.from({ length: SIGNERS }, (_, share) => startSigner(share, heads));
    await writeAll(storage, { frontier, heads, signers, size, report });
    for (const signer of signers) await signer.terminate();
    await storage.ledger.checkpoint('2026-01-01T00:00:00.000Z');
  } finally {
    await storage.close();
  }
}

function startSigner(share: number, heads: ReadonlyMap<string, Head>): Worker {
  const workerData = { seed: SEED, share, of: SIGNERS, heads: [...heads] };
  return new Worker(new URL('./sign-receipts.ts', import.meta.url), { workerData });
}

interface Writing {
  readonly frontier: MerkleFrontier;
  readonly heads: Map<string, Head>;
  readonly signers: readonly Worker[];
  readonly size: number;
  readonly report: (size: number) => void;
}

/** While one batch is written, the next is signed. */
async function writeAll(storage: EvidenceStorage, writing: Writing): Promise<void> {
  const { frontier, size, signers, report } = writing;
  const sign = (start: number) =>
    start < size ? signBatch(signers, start, Math.min(size, start + BATCH)) : null;
  let next = sign(frontier.size);
  let committing: Promise<void> = Promise.resolve();
  while (next !== null) {
    const signed = await next;
    next = sign(frontier.size + signed.length);
    const changes = changesOf(signed, writing);
    await committing;
    committing = storage.store.commit(changes);
    report(frontier.size);
  }
  await committing;
}

async function signBatch(signers: readonly Worker[], start: number, end: number): Promise<Signed[]> {
  const shares = signers.map(async (signer) => {
    const answer = once(signer, 'message');
    signer.postMessage([start, end]);
    return ((await answer) as [Signed[]])[0];
  });
  return (await Promise.all(shares)).flat().sort((a, b) => a.position - b.position);
}

function changesOf(signed: readonly Signed[], { frontier, heads }: Writing): Changes {
  const changed = new Set<string>();
  const changes = signed.flatMap(({ position, text, seq, receipt_hash }) => {
    const stream = streamOf(position);
    heads.set(stream, { seq, receipt_hash });
    changed.add(stream);
    const completed = frontier.append(text);
    const id = { decision_id: decisionIdAt(position), correlation_id: `run-${position}` };
    const leaf = completed[0]?.hash as Uint8Array;
    const row = { position, stream, seq, kind: 'outcome', ...id, leaf, receipt: text };
    const nodes = completed
      .filter(({ height }) => height >= STORED_HEIGHT)
      .map(({ height, index, hash }) => ({
        put: 'nodes' as const,
        row: { place: height * 2 ** 48 + index, hash },
      }));
    return [{ put: 'receipts' as const, row }, ...nodes];
  });
  const rows = [...changed].map((stream) => ({ stream, ...(heads.get(stream) as Head) }));
  return [...changes, ...rows.map((row) => ({ put: 'heads' as const, row }))];
}

async function readHeads({ store }: EvidenceStorage): Promise<Map<string, Head>> {
  const rows = await store.list('heads', { limit: 10_000 });
  return new Map(rows.map(({ stream, seq, receipt_hash }) => [stream, { seq, receipt_hash }]));
}

/** Of a log that ends at a multiple of a batch, as every interrupted one does. */
async function frontierOfStore({ store, ledger }: EvidenceStorage): Promise<MerkleFrontier> {
  const { size } = await ledger.head();
  const frontier = new MerkleFrontier();
  return size === 0 ? frontier : replay(store, size);
}

/** From the leaves after the last complete tile and the nodes before it. */
async function replay(store: EvidenceStorage['store'], size: number): Promise<MerkleFrontier> {
  const whole = size - (size % 2 ** STORED_HEIGHT);
  const hashes: Uint8Array[] = [];
  for (let at = 0, rest = whole; rest > 0; ) {
    const height = Math.floor(Math.log2(rest));
    const node = await store.get('nodes', height * 2 ** 48 + at / 2 ** height);
    hashes.push(node?.hash as Uint8Array);
    at += 2 ** height;
    rest -= 2 ** height;
  }
  const frontier = new MerkleFrontier(whole, hashes);
  for (const { receipt } of await store.list('receipts', { after: whole - 1, limit: 2 ** STORED_HEIGHT })) {
    frontier.append(receipt);
  }
  return frontier;
}
