import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { consistencyProof } from '@wcp/evidence/log';
import { TILE_WIDTH, TileWriter } from '@wcp/evidence/tiles';
import { type Sha256, WcpError } from '@wcp/spec';
import { openLedger } from '../ledger/ledger.ts';
import type { LedgerIdentity } from '../ledger/ledger-identity.ts';
import { readFrontier, subtreeReader } from '../ledger/log-tree.ts';
import type { SealedStore } from '../seal/sealed-store.ts';
import { compactDatabase } from '../store/sqlite-file.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { type ArchiveBefore, archiveBoundary } from './archive-boundary.ts';
import { bundlePath } from './archive-reader.ts';
import { archiveStateChange } from './archive-state.ts';
import { decisionsPath, writeDurably, writeRow } from './archived-rows.ts';
import { sweep } from './sweep.ts';

/** Which part of an archiving is under way; until `committed`, the store is as it was. */
export type ArchiveStep = 'writing' | 'written' | 'committed' | 'removing' | 'compacting';

/** What to archive, and where. */
export interface ArchiveOptions {
  /** The folder of the archive. */
  readonly dir: string;
  readonly before: ArchiveBefore;
  /** When it is done, RFC 3339 in UTC. */
  readonly at: string;
  /** Called with how many receipts of a step are done, of how many. */
  readonly report?: (step: ArchiveStep, done: number, of: number) => void;
}

/** What was archived. */
export interface Archived {
  /** The receipts that were moved: positions from `from` to before `to`. */
  readonly from: number;
  readonly to: number;
  /** How many receipts the log has. */
  readonly size: number;
  /** Of the file of the store. */
  readonly bytes_before: number;
  readonly bytes_after: number;
}

/**
 * Moves the oldest receipts of a store that no Hall has open into an archive, with their decisions; the tree stays. One
 * commit says that they are there, after everything was written and read again; only then are they removed. What is
 * interrupted is completed by the next run, or by the next start of the Hall.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the store cannot be opened, `ERR_WCP_TILES` where the folder holds another log
 */
export async function archiveLog(
  file: string,
  identity: LedgerIdentity,
  { dir, before, at, report = () => {} }: ArchiveOptions,
): Promise<Archived> {
  const bytes_before = await sizeOf(file);
  const store = openSqliteStore(file);
  const log = await openLedger(store, { ...identity, archive: dir }).catch(async (error) => {
    await store.close();
    throw error;
  });
  const { sealed } = log;
  const { size } = await log.head();
  const from = log.archived;
  try {
    const to = await archiveBoundary(sealed, { from, size }, before);
    if (to > from) {
      const state = await write({ store, sealed, dir, from, to, report });
      const note = await log.checkpoint(at);
      await writeDescription(sealed, dir, { ...state, note, log_size: size });
      report('written', to - from, to - from);
      await sealed.commit([archiveStateChange(state)]);
      report('committed', to - from, to - from);
    }
    await sweep(sealed, to, (done) => report('removing', done, to - from));
    await log.close();
    await store.close();
    report('compacting', 0, 1);
    compactDatabase(file);
    return { from, to, size, bytes_before, bytes_after: await sizeOf(file) };
  } finally {
    await log.close();
    await store.close();
  }
}

interface Writing {
  /** With the codes of its rows. */
  readonly store: Store;
  readonly sealed: SealedStore;
  readonly dir: string;
  readonly from: number;
  readonly to: number;
  readonly report: NonNullable<ArchiveOptions['report']>;
}

/** Writes receipts and decisions, and compares the tree over them with that of the store. */
async function write({ store, sealed, dir, from, to, report }: Writing) {
  const writer = TileWriter.resume(dir, from);
  for (let first = from; first < to; first += TILE_WIDTH) {
    const receipts = await sealed.list('receipts', { after: first - 1, limit: TILE_WIDTH });
    const decisions = await store.list('decisions', { after: first - 1, limit: TILE_WIDTH });
    const own = decisions.filter(({ position }) => position < first + TILE_WIDTH);
    for (const row of own) sealed.checked('decisions', row);
    const path = decisionsPath(bundlePath(first / TILE_WIDTH));
    await writeDurably(join(dir, path), own.map((row) => `${writeRow(row)}\n`).join(''));
    for (const { receipt } of receipts) await writer.append(Buffer.from(receipt));
    report('writing', first + TILE_WIDTH - from, to - from);
  }
  await writer.flush();
  const root = (await readFrontier(sealed, to)).root();
  if (writer.root() === root) return { size: to, root };
  throw new WcpError(
    'ERR_WCP_STORE_TAMPERED',
    'The receipts are not those of the tree of the log. Nothing was removed.',
  );
}

/** For whoever verifies the archive alone: that the log goes on from it. */
async function writeDescription(
  sealed: SealedStore,
  dir: string,
  { size, root, note, log_size }: { size: number; root: Sha256; note: string; log_size: number },
): Promise<void> {
  const proof = await consistencyProof(subtreeReader(sealed), size, log_size);
  await writeDurably(join(dir, 'checkpoint'), note);
  const description = { schema_version: 'wcp-archive.v1', size, root, log_size, proof };
  await writeDurably(join(dir, 'archive.json'), `${JSON.stringify(description, null, 2)}\n`);
}

async function sizeOf(file: string): Promise<number> {
  const sizes = [file, `${file}-wal`].map((each) =>
    stat(each).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
