import type { Change } from '../storage/store/store.ts';

/** Makes changes durable, all of them or none; rejects where they are not. */
export type Commit = (changes: readonly Change[]) => Promise<unknown>;

/** Runs tasks one after the other: a change begins when the one before it is durable or has failed. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(task: () => Promise<T>): Promise<T> {
    const taken = this.#last.then(task);
    this.#last = taken.catch(() => {});
    return taken;
  }
}
