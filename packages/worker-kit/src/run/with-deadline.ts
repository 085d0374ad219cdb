import type { Clock } from '../clock.ts';

/** What there is to do, and what to answer when it takes too long, is called off or fails. */
export interface Timed<T> {
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  /** Calls it off. */
  readonly signal: AbortSignal | undefined;
  work(signal: AbortSignal): Promise<T>;
  late(): T;
  cancelled(): T;
  failed(error: unknown): T;
}

/**
 * Does the work and answers by the deadline, whatever the work does. At the deadline, or when it is called
 * off, the answer is given first and the signal aborted after it; what comes later, also a rejection,
 * goes nowhere.
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
    const callOff = () => stop(cancelled());
    const cancelTimer = clock.after(Math.max(0, deadline - clock.now()), expire);
    const forget = () => {
      cancelTimer();
      signal?.removeEventListener('abort', callOff);
    };
    const settle = (answer: () => T) => {
      // Code that kept the thread busy past the deadline comes here before the timer can.
      if (clock.now() >= deadline) return expire();
      forget();
      resolve(answer());
    };
    signal?.addEventListener('abort', callOff);
    work(controller.signal).then(
      (outcome) => settle(() => outcome),
      (error) => settle(() => failed(error)),
    );
  });
}
