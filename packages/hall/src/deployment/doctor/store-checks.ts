import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SigningKey } from '@wcp/evidence';
import { WcpError } from '@wcp/spec';
import { HallClock } from '../../base/hall-clock.ts';
import { inspectStorage, type StorageState } from '../../storage/evidence/inspect-storage.ts';
import { readSigningKey } from '../create/signing-key-file.ts';
import { DeploymentError } from '../deployment-error.ts';
import { LAYOUT } from '../layout.ts';
import type { ServerSettings } from '../settings/server-settings.ts';
import { type CheckBase, type DeploymentCheck, fail, ok, warn } from './check.ts';
import { asRoot } from './shell-command.ts';

/** What the store says, and what was found about it. */
interface StoreReading {
  readonly isInUse: boolean;
  readonly checks: readonly DeploymentCheck[];
}

/** Before this a machine has not been given the time: the program is younger. */
const EARLIEST = Date.parse('2025-01-01T00:00:00Z');

/** The signing key, the store that it seals, and the clock against the last receipt. Nothing is opened for writing. */
export async function storeChecks(
  { dir, now }: CheckBase,
  server: Pick<ServerSettings, 'origin'> | null,
): Promise<StoreReading> {
  const { key, check } = await keyCheck(dir);
  if (key === null || server === null) return { isInUse: false, checks: [check, clockCheck(now, null)] };
  const { state, check: store } = await storeCheck(dir, key, server.origin);
  const latest = state?.state === 'sound' ? state.latest : null;
  return { isInUse: state?.state === 'in_use', checks: [check, store, clockCheck(now, latest)] };
}

async function keyCheck(dir: string): Promise<{ key: SigningKey | null; check: DeploymentCheck }> {
  const subject = LAYOUT.key;
  try {
    const key = await readSigningKey(dir);
    const message = key === null ? 'It is made at the first start.' : `The key ${key.keyId} can be read.`;
    return { key, check: ok('key', message, { subject }) };
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    return { key: null, check: fail('key', error.message, { subject }) };
  }
}

async function storeCheck(
  dir: string,
  key: SigningKey,
  origin: string,
): Promise<{ state: StorageState | null; check: DeploymentCheck }> {
  const subject = LAYOUT.store;
  try {
    const state = await inspectStorage(join(dir, LAYOUT.store), {
      key,
      origin,
      mark: join(dir, LAYOUT.mark),
    });
    return { state, check: checkOf(state, dir) };
  } catch (error) {
    if (!(error instanceof WcpError)) throw error;
    return { state: null, check: fail('store', error.message, { subject }) };
  }
}

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
