import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { consistencyProof } from '@wcp/evidence/log';
import { TILE_WIDTH, TileWriter } from '@wcp/evidence/tiles';
import { type Sha256, WcpError } from '@wcp/spec';
import { OpenSigners, type StorageIdentity } from '../keys/signer-source.ts';
import { openLedger } from '../ledger/ledger.ts';
import { readFrontier, subtreeReader } from '../ledger/log-tree.ts';
import { openCurrentStore } from '../migration/open-current-store.ts';
import type { SealedStore } from '../seal/sealed-store.ts';
import { compactDatabase } from '../store/sqlite-file.ts';
import { type ArchiveBefore, archiveBoundary } from './archive-boundary.ts';
import { archiveStateChange } from './archive-state.ts';
import { Sweep } from './sweep.ts';
import { writeDurably } from './write-durably.ts';

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
 * Moves the texts of the oldest receipts of a store that no Hall has open into an archive. By what they are found, and
 * the tree, stays; so do the decisions, whose payloads may be forgotten. One commit says that the texts are there, after
 * everything was written; only then are they removed. What is interrupted is completed by the next run, or by the next start of the Hall.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the store cannot be opened, `ERR_WCP_TILES` where the folder holds another log
 */
export async function archiveLog(
  file: string,
  identity: StorageIdentity,
  { dir, before, at, report = () => {} }: ArchiveOptions,
): Promise<Archived> {
  const bytes_before = await sizeOf(file);
  const store = await openCurrentStore(file, identity);
  const signers = new OpenSigners();
  const log = await signers
    .identity({ ...identity, archive: dir })
    .then((opened) => openLedger(store, opened))
    .catch(async (error) => {
      signers.close();
      await store.close();
      throw error;
    });
  const { sealed, archived: from } = log;
  const { size } = await log.head();
  try {
    const to = await archiveBoundary(sealed, { from, size }, before);
    if (to > from) {
      const state = await write({ sealed, dir, from, to, report });
      const note = await log.checkpoint(at);
      await writeDescription(sealed, dir, { ...state, note, log_size: size });
      report('written', to - from, to - from);
      await sealed.commit([archiveStateChange(state)]);
      report('committed', to - from, to - from);
    }
    await new Sweep(sealed, to).finish((done) => report('removing', done, to - from));
    await log.close();
    await store.close();
    report('compacting', 0, 1);
    compactDatabase(file);
    return { from, to, size, bytes_before, bytes_after: await sizeOf(file) };
  } finally {
    await log.close();
    signers.close();
    await store.close();
  }
}

interface Writing {
  readonly sealed: SealedStore;
  readonly dir: string;
  readonly from: number;
  readonly to: number;
  readonly report: NonNullable<ArchiveOptions['report']>;
}

/** Writes receipts, and compares the tree over them with that of the store. */
async function write({ sealed, dir, from, to, report }: Writing) {
  const writer = TileWriter.resume(dir, from);
  for (let first = from; first < to; first += TILE_WIDTH) {
    const receipts = await sealed.list('receipts', { after: first - 1, limit: TILE_WIDTH });
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
