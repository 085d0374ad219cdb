import { WcpError } from '@wcp/spec/endpoints';
import { HallProblemError } from './hall-problem-error.ts';

const FIRST_PAUSE_MS = 200;
const MAX_PAUSE_MS = 10_000;
/** A longer `Retry-After` is not waited for: the call is rejected instead. */
const MAX_RETRY_AFTER_MS = 30_000;

/**
 * How long to wait before the next attempt, in milliseconds; null where another attempt would not help.
 *
 * @param attempt how many attempts have failed before this one
 */
export function pauseAfter(error: unknown, attempt: number): number | null {
  if (error instanceof HallProblemError && (error.status === 429 || error.status === 503)) {
    const { retry_after_ms } = error;
    if (retry_after_ms === null) return backoff(attempt);
    return retry_after_ms <= MAX_RETRY_AFTER_MS ? retry_after_ms : null;
  }
  const isBroken = error instanceof WcpError && error.code === 'ERR_WCP_HALL_UNREACHABLE';
  return isBroken ? backoff(attempt) : null;
}

/** Doubles with each attempt, and varies so that many clients do not come back at the same moment. */
export function backoff(attempt: number): number {
  return Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + Math.random() / 2);
}

/** Waits; rejects with the signal's reason once it is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const end = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', end, { once: true });
  });
}
