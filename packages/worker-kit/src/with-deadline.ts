import type { Clock } from './clock.ts';

/** What there is to do, and what to answer when it takes too long or fails. */
export interface Timed<T> {
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  work(signal: AbortSignal): Promise<T>;
  late(): T;
  failed(error: unknown): T;
}

/**
 * Does the work and answers by the deadline, whatever the work does. At the deadline the answer is
 * given first and the signal aborted after it; what comes later, also a rejection, goes nowhere.
 */
export function withDeadline<T>({ clock, deadline, work, late, failed }: Timed<T>): Promise<T> {
  const controller = new AbortController();
  return new Promise((resolve) => {
    const expire = () => {
      resolve(late());
      controller.abort();
    };
    const cancel = clock.after(Math.max(0, deadline - clock.now()), expire);
    const settle = (answer: () => T) => {
      cancel();
      // Code that kept the thread busy past the deadline comes here before the timer can.
      if (clock.now() >= deadline) expire();
      else resolve(answer());
    };
    work(controller.signal).then(
      (outcome) => settle(() => outcome),
      (error) => settle(() => failed(error)),
    );
  });
}
