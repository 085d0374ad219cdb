import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Sha256, WcpError } from '@wcp/spec';
import { writeDurably } from '../../storage/archive/write-durably.ts';
import { OpenSigners } from '../../storage/keys/signer-source.ts';
import { rowMacOf } from '../../storage/ledger/ledger-identity.ts';
import { openCurrentStore } from '../../storage/migration/open-current-store.ts';
import type { PostgresSettings } from '../../storage/postgres/postgres-settings.ts';
import { openPostgresStore } from '../../storage/postgres/postgres-store.ts';
import type { Store } from '../../storage/store/store.ts';
import { openIncomingDatabase } from '../../storage/transfer/incoming-database.ts';
import { openIncomingFile } from '../../storage/transfer/incoming-file.ts';
import type { IncomingStore } from '../../storage/transfer/incoming-store.ts';
import { type TransferStep, transferStore } from '../../storage/transfer/transfer-store.ts';
import { hasEvidence } from '../create/folder-evidence.ts';
import { DeploymentError, type DeploymentFinding } from '../deployment-error.ts';
import { type FolderIdentity, identityOf } from '../folder-identity.ts';
import { LAYOUT } from '../layout.ts';
import { findingOf } from '../open-hall.ts';
import { readStore } from '../settings/read-store.ts';
import type { Env } from '../settings/server-file.ts';
import type { StoreSettings } from '../settings/store-settings.ts';
import { readMigrationSettings, withStore } from './migration-settings.ts';

/** Where the store of a Hall is moved, and how. */
export interface MigrateStoreOptions {
  readonly to: 'postgres' | 'sqlite';
  /** What `server.json` is to say of the database, where it does not say so yet. */
  readonly database?: StoreSettings['postgres'] | undefined;
  /** Whether `server.json` is changed when everything is there (default false). */
  readonly writes?: boolean;
  /** The variables that hold the address of the database, and those that a program that signs may need. */
  readonly env?: Env;
  /** Called with how many rows of a step are done, of how many. */
  readonly report?: (step: TransferStep, done: number, of: number) => void;
}

/** A store that was moved. */
export interface MigratedStore {
  readonly to: 'postgres' | 'sqlite';
  readonly origin: string;
  /** How many receipts the log has, and the root over them: the same as before. */
  readonly size: number;
  readonly root: Sha256;
  /** The rows of each table. */
  readonly tables: Readonly<Record<string, number>>;
  /** What `store` of `server.json` is to be; null where it is to be left out. */
  readonly store: StoreSettings | null;
  /** Whether `server.json` says so now. */
  readonly is_written: boolean;
}

/**
 * Moves the store of a Hall that does not run from its file into a PostgreSQL database, or back. Rows keep the codes
 * that vouch for them, and everything is read again and checked before a Hall can open it. The store that is moved
 * stays as it is, and keys and the archive stay in the folder. What is interrupted begins anew.
 *
 * @throws {DeploymentError} where a Hall runs, where one of the two cannot be opened, or where the target holds anything
 * @example
 * ```ts
 * import { migrateStore } from '@wcp/hall';
 *
 * export async function intoDatabase(dir: string) {
 *   const database = { url_env: 'WCP_DATABASE_URL' };
 *   const { size, root } = await migrateStore(dir, { to: 'postgres', database, writes: true, env: process.env });
 *   console.log(`${size} receipts, ${root}`);
 * }
 * ```
 */
export async function migrateStore(
  dir: string,
  { to, database, writes = false, env = {}, report = () => {} }: MigrateStoreOptions,
): Promise<MigratedStore> {
  const { json, settings, store } = await readMigrationSettings(dir, to, database);
  const findings: DeploymentFinding[] = [];
  const postgres = await readStore(store, { dir, env }, findings);
  if (postgres === undefined || findings.length > 0) throw new DeploymentError(findings);
  const isThere = () => (to === 'sqlite' ? hasEvidence(dir, postgres) : hasFile(dir));
  const identity = await identityOf(dir, env, settings, isThere);
  const moved = await asFindings(move(dir, { to, postgres, identity, report }));
  const told = to === 'postgres' ? store : null;
  if (writes) await writeDurably(join(dir, LAYOUT.server), withStore(json, told));
  return { to, origin: settings.origin, ...moved, store: told, is_written: writes };
}

interface Move {
  readonly to: MigrateStoreOptions['to'];
  readonly postgres: PostgresSettings;
  readonly identity: FolderIdentity;
  readonly report: NonNullable<MigrateStoreOptions['report']>;
}

async function move(dir: string, { to, postgres, identity, report }: Move) {
  const file = join(dir, LAYOUT.store);
  const opened: (Store | IncomingStore)[] = [];
  const signers = new OpenSigners();
  try {
    const source = to === 'postgres' ? openCurrentStore(file, identity) : openPostgresStore(postgres);
    opened.push(await source);
    const { keyId } = rowMacOf(identity);
    const target = to === 'postgres' ? await openIncomingDatabase(postgres, keyId) : openIncomingFile(file);
    opened.push(target);
    return await transferStore(await source, target, await signers.identity(identity), report);
  } finally {
    signers.close();
    for (const store of opened.reverse()) await store.close();
  }
}

async function hasFile(dir: string): Promise<boolean> {
  return existsSync(join(dir, LAYOUT.store));
}

async function asFindings<T>(moving: Promise<T>): Promise<T> {
  try {
    return await moving;
  } catch (error) {
    if (!(error instanceof WcpError)) throw error;
    const finding = findingOf(error);
    // Either of two stores: the sentence says which.
    const file = finding.file === LAYOUT.store ? null : finding.file;
    throw new DeploymentError([{ ...finding, file }], { cause: error });
  }
}
