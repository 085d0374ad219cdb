import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyTerm } from '@wcp/evidence/log';
import { WcpError } from '@wcp/spec';
import { HallClock } from '../../base/hall-clock.ts';
import { inspectStorage, type StorageState } from '../../storage/evidence/inspect-storage.ts';
import { inspectPostgres } from '../../storage/postgres/inspect-postgres.ts';
import type { PostgresSettings } from '../../storage/postgres/postgres-settings.ts';
import { hasEvidence } from '../create/folder-evidence.ts';
import { type FolderKeys, readKeyFolder } from '../create/key-folder.ts';
import { DeploymentError } from '../deployment-error.ts';
import { LAYOUT } from '../layout.ts';
import type { DeploymentSettings } from '../settings/deployment-settings.ts';
import { type CheckBase, type DeploymentCheck, fail, ok, warn } from './check.ts';
import { asRoot } from './shell-command.ts';

/** What the store says, and what was found about it. */
interface StoreReading {
  readonly isInUse: boolean;
  /** The keys of the log in their order; null where the store was not looked into. */
  readonly terms: readonly KeyTerm[] | null;
  readonly checks: readonly DeploymentCheck[];
}

/** What of the settings the store depends on. */
type StoreSettings = Pick<DeploymentSettings, 'server' | 'signer' | 'next_signer' | 'postgres'>;

/** Before this a machine has not been given the time: the program is younger. */
const EARLIEST = Date.parse('2025-01-01T00:00:00Z');

/** The signing key, the store that it seals, and the clock against the last receipt. Nothing is opened for writing. */
export async function storeChecks(
  { dir, now }: CheckBase,
  settings: StoreSettings | null,
): Promise<StoreReading> {
  const { postgres } = settings ?? {};
  const { keys, check } = await keyCheck(dir, settings?.server.origin ?? '', postgres);
  if (postgres !== undefined) {
    const { isInUse, check: store } = await databaseCheck(postgres);
    return { isInUse, terms: null, checks: [check, store, clockCheck(now, null)] };
  }
  if (keys === null || settings === null) {
    return { isInUse: false, terms: null, checks: [check, clockCheck(now, null)] };
  }
  const { state, check: store } = await storeCheck(dir, keys, settings);
  const { latest, terms } = state?.state === 'sound' ? state : { latest: null, terms: null };
  return { isInUse: state?.state === 'in_use', terms, checks: [check, store, clockCheck(now, latest)] };
}

async function keyCheck(
  dir: string,
  origin: string,
  postgres: PostgresSettings | undefined,
): Promise<{ keys: FolderKeys | null; check: DeploymentCheck }> {
  const subject = LAYOUT.key;
  try {
    const keys = await readKeyFolder(dir, origin, () => hasEvidence(dir, postgres));
    return { keys, check: ok('key', keyText(keys), { subject }) };
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    return { keys: null, check: fail('key', error.message, { subject }) };
  }
}

function keyText(keys: FolderKeys | null): string {
  if (keys === null) return 'It is made at the first start.';
  const next = keys.next === null ? '' : ` ${keys.next.keyId} is prepared to follow it.`;
  return `The key ${keys.key.keyId} can be read.${next}`;
}

async function storeCheck(
  dir: string,
  folder: FolderKeys,
  { server: { origin }, signer, next_signer }: StoreSettings,
): Promise<{ state: StorageState | null; check: DeploymentCheck }> {
  const subject = LAYOUT.store;
  const next = next_signer ?? (signer === undefined ? folder.next : null) ?? undefined;
  try {
    const state = await inspectStorage(join(dir, LAYOUT.store), {
      key: signer ?? folder.key,
      ...(next !== undefined && { next }),
      store_key: folder.store_key,
      origin,
      mark: join(dir, LAYOUT.mark),
    });
    return { state, check: checkOf(state, dir) };
  } catch (error) {
    if (!(error instanceof WcpError)) throw error;
    return { state: null, check: fail('store', error.message, { subject }) };
  }
}

/** The rows are checked when the Hall starts: only it may hold the lock. */
async function databaseCheck(
  postgres: PostgresSettings,
): Promise<{ readonly isInUse: boolean; readonly check: DeploymentCheck }> {
  const subject = LAYOUT.server;
  try {
    const { state } = await inspectPostgres(postgres);
    return { isInUse: state === 'in_use', check: ok('store', DATABASE[state], { subject }) };
  } catch (error) {
    if (!(error instanceof WcpError)) throw error;
    return { isInUse: false, check: fail('store', error.message, { subject }) };
  }
}

const DATABASE = {
  absent: 'The database is fit for evidence; its tables are made at the first start.',
  in_use: 'A Hall has the database open; `wcp health` says how it is.',
  idle: 'The database is fit for evidence, and no Hall uses it. Its rows were not read: the next start checks them.',
} as const;

/** A store that was not looked into. */
const UNOPENED = {
  absent: ok('store', 'It is made at the first start.', { subject: LAYOUT.store }),
  in_use: ok('store', 'A Hall has it open; `wcp health` says how it is.', { subject: LAYOUT.store }),
  too_large: warn(
    'store',
    'It was not closed in order and is too large to be looked at in a copy: it is checked at the next start.',
    { subject: LAYOUT.store },
  ),
} as const;

function checkOf(state: StorageState, dir: string): DeploymentCheck {
  if (state.state !== 'sound') return UNOPENED[state.state];
  const subject = LAYOUT.store;
  if (existsSync(join(dir, LAYOUT.mark))) {
    const message = `It can be opened, and the log has ${state.size} receipts. Its end was read; \`wcp health\` says how far a running Hall has read the rest.`;
    return ok('store', message, { subject });
  }
  const message = `${LAYOUT.mark} is missing: an earlier state of the store would not be recognised. The next start writes it again.`;
  return warn('store', message, { subject });
}

function clockCheck(now: number, latest: string | null): DeploymentCheck {
  const remedy = asRoot('timedatectl set-ntp true');
  if (now < EARLIEST) return fail('clock', `The clock says ${new Date(now).toISOString()}.`, { remedy });
  try {
    new HallClock(() => now, latest === null ? 0 : Date.parse(latest)).now();
    return ok('clock', 'The clock is not behind the evidence.');
  } catch (error) {
    return fail('clock', (error as Error).message, { remedy });
  }
}
