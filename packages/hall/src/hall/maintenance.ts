import { loggedError } from '../base/logged-error.ts';
import { pruneIdempotency } from '../dispatch/idempotency-store.ts';
import { recoverInterrupted } from '../dispatch/recover-interrupted.ts';
import type { HallParts } from '../http/hall-parts.ts';
import { pruneCredentials } from '../identity/credential/kept-credentials.ts';
import type { Change } from '../storage/store/store.ts';

const EXPIRY_MS = 1_000;
const CHECKPOINT_MS = 60_000;
const PRUNING_MS = 600_000;
const RETENTION_MS = 60_000;
const SETTLING_MS = 5_000;

/** What a Hall does by itself from time to time. */
export interface Maintenance {
  stop(): void;
}

/** Starts to end overdue holds, to sign checkpoints and to forget what is past. */
export function startMaintenance(parts: HallParts): Maintenance {
  const { approvalService, storage, checkpoints, journal, clock, ledger, retention, halls, log } = parts;
  let signed = -1;
  const checkpoint = async () => {
    const { size } = await storage.ledger.head();
    if (size === signed || size === 0) return;
    await checkpoints.sign(clock.timestamp());
    signed = size;
  };
  const commit = (changes: readonly Change[]) => journal.commit(changes);
  const prune = async () => {
    await pruneIdempotency(storage.store, clock.now(), commit);
    await pruneCredentials(storage.store, clock.now(), commit);
    await ledger.prune(clock.now(), commit);
  };
  const keep = () => retention.keep();
  // What one of several Halls is enough for.
  const first = (work: () => Promise<void>) => async () => {
    if (halls.isFirst) await work();
  };
  watchOthers(parts);
  const timers = [
    every(EXPIRY_MS, () => approvalService.expire(), log),
    every(CHECKPOINT_MS, first(checkpoint), log),
    every(PRUNING_MS, first(prune), log),
    every(RETENTION_MS, first(keep), log),
    every(Math.min(SETTLING_MS, halls.lease_ms / 3), () => settle(parts), log),
  ];
  return { stop: () => timers.forEach(clearInterval) };
}

/** Looks at what other Halls do, and lets them see that this one lives. */
function watchOthers({ others, halls, feed, log }: HallParts): void {
  const failed = (error: unknown) => log('warn', `The other Halls cannot be seen: ${loggedError(error)}`);
  if (halls.isShared) others.start(failed, () => feed.follow());
  halls.start(failed);
}

/** Settles what a Hall had begun that no longer lives, and what this one committed without learning of it. */
async function settle({ storage: { store }, journal, halls, clock, executor }: HallParts): Promise<void> {
  const owes = (decision_id: string) => executor.owes(decision_id);
  await recoverInterrupted({ store, journal, halls, now: () => clock.latest(), owes });
}

/** What fails is tried again in the next interval. */
function every(ms: number, work: () => Promise<void>, log: HallParts['log']): NodeJS.Timeout {
  let isWorking = false;
  const timer = setInterval(() => {
    if (isWorking) return;
    isWorking = true;
    work()
      .catch((error) => log('warn', `Maintenance failed and is tried again: ${loggedError(error)}`))
      .finally(() => {
        isWorking = false;
      });
  }, ms);
  return timer.unref();
}
