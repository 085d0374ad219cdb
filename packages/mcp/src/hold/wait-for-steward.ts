import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOutcome, HeldOutcome } from '../base/gateway.ts';

/** How long a client is kept waiting for a steward. */
export interface WaitOptions {
  /** Milliseconds that a call waits at most (default 50,000: clients give a request 60 seconds by default). */
  readonly wait_ms?: number;
  /** Milliseconds between the first two looks at the approval; later ones are further apart (default 250). */
  readonly poll_ms?: number;
}

/** A call that is not held any more. */
export type EndedOutcome = Exclude<CallOutcome, HeldOutcome>;

const WAIT_MS = 50_000;
const POLL_MS = 250;
const MAX_POLL_MS = 2_000;

/**
 * Looks at a hold until it has ended; null where it still waits when the time is over.
 *
 * @param read asks for the outcome once
 * @param onLook called before each look, for a sign of life
 * @throws the reason of the signal
 */
export async function waitForSteward(
  read: () => Promise<CallOutcome>,
  signal: AbortSignal,
  { wait_ms = WAIT_MS, poll_ms = POLL_MS }: WaitOptions,
  onLook: () => void,
): Promise<EndedOutcome | null> {
  const end = performance.now() + wait_ms;
  for (let pause = poll_ms; ; pause = Math.min(pause * 1.5, MAX_POLL_MS)) {
    const left = end - performance.now();
    if (left <= 0) return null;
    onLook();
    await sleep(Math.min(pause, left), undefined, { signal });
    const outcome = await read();
    signal.throwIfAborted();
    if (outcome.kind !== 'held') return outcome;
  }
}
