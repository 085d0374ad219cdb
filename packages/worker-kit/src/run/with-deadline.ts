import type { Clock } from '../base/clock.ts';

/** Work with a deadline, and its answers when it is late, cancelled or fails. */
export interface Timed<T> {
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  /** Cancels the work. */
  readonly signal: AbortSignal | undefined;
  work(signal: AbortSignal): Promise<T>;
  late(): T;
  cancelled(): T;
  failed(error: unknown): T;
}

/**
 * Does the work and answers by the deadline, whatever the work does. At the deadline, or when it is cancelled,
 * it answers first and then aborts the signal; what the work does afterwards, even a rejection, is ignored.
 */
export function withDeadline<T>(timed: Timed<T>): Promise<T> {
  const { clock, deadline, signal, work, late, cancelled, failed } = timed;
  if (signal?.aborted) return Promise.resolve(cancelled());
  const controller = new AbortController();
  return new Promise((resolve) => {
    const stop = (answer: T) => {
      forget();
      resolve(answer);
      controller.abort();
    };
    const expire = () => stop(late());
    const cancel = () => stop(cancelled());
    const cancelTimer = clock.after(Math.max(0, deadline - clock.now()), expire);
    const forget = () => {
      cancelTimer();
      signal?.removeEventListener('abort', cancel);
    };
    const settle = (answer: () => T) => {
      // Code that blocked the thread past the deadline gets here before the timer does.
      if (clock.now() >= deadline) return expire();
      forget();
      resolve(answer());
    };
    signal?.addEventListener('abort', cancel);
    work(controller.signal).then(
      (outcome) => settle(() => outcome),
      (error) => settle(() => failed(error)),
    );
  });
}
