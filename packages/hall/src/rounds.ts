import type { HallParts } from './hall-parts.ts';

const EXPIRY_MS = 1_000;
const CHECKPOINT_MS = 60_000;

/** What a Hall does by itself from time to time: ends holds whose time is over, signs checkpoints. */
export function startRounds({ office, vault, clock, log }: HallParts): { stop(): void } {
  let signed = -1;
  const checkpoint = async () => {
    const { size } = await vault.ledger.head();
    if (size === signed || size === 0) return;
    await vault.ledger.checkpoint(clock.timestamp());
    signed = size;
  };
  const timers = [every(EXPIRY_MS, () => office.expire(), log), every(CHECKPOINT_MS, checkpoint, log)];
  return { stop: () => timers.forEach(clearInterval) };
}

/** What fails now is tried again in its next round. */
function every(ms: number, work: () => Promise<void>, log: HallParts['log']): NodeJS.Timeout {
  let isWorking = false;
  const timer = setInterval(() => {
    if (isWorking) return;
    isWorking = true;
    work()
      .catch((error: Error) => log('warn', error.message))
      .finally(() => {
        isWorking = false;
      });
  }, ms);
  return timer.unref();
}
