import { copyFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyTerm } from '@wcp/evidence/log';
import type { Receipt } from '@wcp/spec';
import { OpenSigners, type StorageIdentity } from '../keys/signer-source.ts';
import { checkLedger } from '../ledger/ledger.ts';
import { openCurrentStore } from '../migration/open-current-store.ts';
import { readSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';

/** How a store on disk is. */
export type StorageState =
  | { readonly state: 'absent' | 'in_use' | 'too_large' }
  | {
      /** It can be opened. */
      readonly state: 'sound';
      readonly size: number;
      /** The time of its last receipt; null where it has none. */
      readonly latest: string | null;
      /** The keys of the log in their order. */
      readonly terms: readonly KeyTerm[];
    };

/** The largest store that is copied in order to look at it, in bytes. */
const MAX_COPY = 2 * 1024 ** 3;

/**
 * Checks all that is checked when a store is opened, and changes nothing, neither in the store nor beside it. One that
 * a killed process left with its journal is looked at in a copy.
 *
 * @throws {WcpError} `ERR_WCP_STORE`, `ERR_WCP_STORE_TAMPERED` where it could not be opened
 */
export async function inspectStorage(file: string, identity: StorageIdentity): Promise<StorageState> {
  const { size, ino } = (await stat(file).catch(() => null)) ?? { size: -1, ino: 0 };
  if (size < 0) return { state: 'absent' };
  const journal = await stat(`${file}-wal`).catch(() => null);
  if (journal === null) return inspect(readSqliteStore(file), identity);
  if (await isLocked(ino)) return { state: 'in_use' };
  if (size + journal.size > MAX_COPY) return { state: 'too_large' };
  return inspectCopy(file, identity);
}

async function inspectCopy(file: string, identity: StorageIdentity): Promise<StorageState> {
  const folder = await mkdtemp(join(tmpdir(), 'wcp-store-'));
  try {
    const copy = join(folder, 'store.db');
    for (const end of ['', '-wal']) await copyFile(file + end, copy + end);
    return await inspect(
      await openCurrentStore(copy, { ...identity, data_keys: join(folder, 'keys') }),
      identity,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inspect(store: Store, identity: StorageIdentity): Promise<StorageState> {
  const signers = new OpenSigners();
  try {
    const { sealed, frontier, keys } = await checkLedger(store, await signers.identity(identity));
    const [last] = await sealed.list('receipts', { descending: true, limit: 1 });
    const { dispatched_at } = JSON.parse(last?.receipt ?? '{}') as Partial<Receipt>;
    return { state: 'sound', size: frontier.size, latest: dispatched_at ?? null, terms: keys.terms };
  } finally {
    signers.close();
    await store.close();
  }
}

/** Whether a process has a lock on the file. A Hall holds one for as long as it runs. */
async function isLocked(ino: number): Promise<boolean> {
  const locks = await readFile('/proc/locks', 'latin1').catch(() => null);
  // Where the system does not say, a journal means that a Hall runs: it removes it when it closes.
  return locks === null || locks.split('\n').some((line) => line.includes(`:${ino} `));
}
