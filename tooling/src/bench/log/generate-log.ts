import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import type { MerkleFrontier } from '@wcp/evidence/log';
// @boundaries-ignore: the ledger of the storage, without its thread
import { type OpenLedger, openLedger } from '../../../../packages/hall/src/storage/ledger/ledger.ts';
// @boundaries-ignore: the ledger of the storage, without its thread
import { nodeChanges, readFrontier } from '../../../../packages/hall/src/storage/ledger/log-tree.ts';
// @boundaries-ignore: the ledger of the storage, without its thread
import { openDatabase } from '../../../../packages/hall/src/storage/store/sqlite-file.ts';
// @boundaries-ignore: the ledger of the storage, without its thread
import { storeOver } from '../../../../packages/hall/src/storage/store/sqlite-store.ts';
// @boundaries-ignore: the ledger of the storage, without its thread
import type { Change, Store } from '../../../../packages/hall/src/storage/store/store.ts';
import { decisionIdAt, type Head, type SignedShare, shareOf, streamOf } from './plan.ts';

export const SEED = '0123456789abcdef'.repeat(4);
export const ORIGIN = 'bench.example/log';
/** Threads that sign; the thread that writes is beside them. */
const SIGNERS = Math.max(2, availableParallelism());
/** Receipts of one commit. */
const BATCH = 4_000;

/**
 * Writes a store whose log has this many receipts, each chained and signed, with the rows and seals that a Hall writes,
 * through its own ledger. It goes on where an earlier call was interrupted.
 */
export async function generateLog(file: string, size: number, report: (size: number) => void): Promise<void> {
  const ledger = await openHere(file);
  try {
    const { size: present } = await ledger.head();
    const frontier = await readFrontier(ledger.sealed, present);
    const heads = await readHeads(ledger.sealed);
    const signers = Array.from({ length: SIGNERS }, (_, share) => startSigner(share, heads));
    await writeAll(ledger.sealed, { frontier, heads, signers, size, report });
    for (const signer of signers) await signer.terminate();
    await ledger.close();
  } finally {
    await ledger.store.close();
  }
  await signEnd(file);
}

/** In this thread, so that no row crosses from one to another. Power may be cut: it is a log that can be made again. */
async function openHere(file: string): Promise<OpenLedger> {
  const database = openDatabase(file);
  database.exec('PRAGMA synchronous=OFF');
  return openLedger(storeOver(database), { key: signingKeyFromSeed(SEED), origin: ORIGIN });
}

/** The ledger knows the log as it was when it was opened: another signs the end. */
async function signEnd(file: string): Promise<void> {
  const ledger = await openHere(file);
  await ledger.checkpoint('2026-01-01T00:00:00.000Z');
  await ledger.close();
  await ledger.store.close();
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
async function writeAll(store: Store, writing: Writing): Promise<void> {
  const { frontier, size, signers, report } = writing;
  const sign = (start: number) =>
    start < size ? signBatch(signers, start, Math.min(size, start + BATCH)) : null;
  let next = sign(frontier.size);
  while (next !== null) {
    const end = Math.min(size, frontier.size + BATCH);
    const shares = await next;
    next = sign(end);
    await store.commit(changesOf(end, shares, writing));
    report(end);
  }
}

function signBatch(signers: readonly Worker[], start: number, end: number): Promise<SignedShare[]> {
  return Promise.all(
    signers.map(async (signer) => {
      const answer = once(signer, 'message');
      signer.postMessage([start, end]);
      return ((await answer) as [SignedShare])[0];
    }),
  );
}

/** Each share is in the order of its positions: together they are all of them up to `end`. */
function changesOf(end: number, shares: readonly SignedShare[], { frontier, heads }: Writing): Change[] {
  const next = shares.map(() => 0);
  const changed = new Set<string>();
  const changes: Change[] = [];
  for (let position = frontier.size; position < end; position += 1) {
    const [stream, share] = [streamOf(position), shareOf(position, shares.length)];
    const { texts, hashes } = shares[share] as SignedShare;
    const at = (next[share] as number)++;
    const receipt = texts[at] as string;
    const seq = (heads.get(stream)?.seq ?? -1) + 1;
    heads.set(stream, { seq, receipt_hash: hashes[at] as string });
    changed.add(stream);
    addRow({ position, stream, seq, receipt }, frontier, changes);
  }
  for (const stream of changed)
    changes.push({ put: 'heads', row: { stream, ...(heads.get(stream) as Head) } });
  return changes;
}

interface Row {
  readonly position: number;
  readonly stream: string;
  readonly seq: number;
  readonly receipt: string;
}

function addRow(row: Row, frontier: MerkleFrontier, changes: Change[]): void {
  const [first, ...above] = frontier.append(row.receipt);
  const ids = { decision_id: decisionIdAt(row.position), correlation_id: `run-${row.position}` };
  changes.push({
    put: 'receipts',
    row: { ...row, kind: 'outcome', ...ids, leaf: first?.hash as Uint8Array },
  });
  changes.push(...nodeChanges(above));
}

async function readHeads(store: Store): Promise<Map<string, Head>> {
  const rows = await store.list('heads', { limit: 10_000 });
  return new Map(rows.map(({ stream, seq, receipt_hash }) => [stream, { seq, receipt_hash }]));
}
