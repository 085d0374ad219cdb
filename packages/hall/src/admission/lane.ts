import PQueue from 'p-queue';
import { FairQueue, priorityOf } from './fair-queue.ts';

/** How many tasks run at a time, and how many of one class wait. */
export interface LaneLimits {
  readonly concurrency: number;
  readonly waiting: number;
}

/** Tasks that share a limit: higher classes are served first, none is starved. */
export class Lane {
  readonly #limits: LaneLimits;
  readonly #queue: PQueue<FairQueue>;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
    this.#queue = new PQueue({ concurrency: limits.concurrency, queueClass: FairQueue });
  }

  /** Whether nothing runs and nothing waits. */
  get isIdle(): boolean {
    return this.#queue.pending === 0 && this.#queue.size === 0;
  }

  /** Whether a task that comes now has to wait. */
  get isBusy(): boolean {
    return this.#queue.pending >= this.#limits.concurrency;
  }

  /** Whether as many tasks of a class wait as may. */
  isFull(qosClass: unknown): boolean {
    return this.isBusy && this.#queue.sizeBy({ priority: priorityOf(qosClass) }) >= this.#limits.waiting;
  }

  /**
   * Runs a task when it is its turn, and settles as the task does.
   *
   * @param signal ends the waiting, with its reason; a task that runs is not ended by it
   */
  run<R>(qosClass: unknown, task: () => Promise<R>, signal?: AbortSignal): Promise<R> {
    const priority = priorityOf(qosClass);
    if (signal === undefined) return this.#queue.add(task, { priority });
    // The queue would end a running task by its signal, and give its place away while it still runs.
    const waiting = new AbortController();
    const leave = () => waiting.abort(signal.reason);
    const start = () => {
      signal.removeEventListener('abort', leave);
      return task();
    };
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    return this.#queue.add(start, { priority, signal: waiting.signal });
  }

  /** Rejects every task that waits; what runs goes on. */
  clear(): void {
    this.#queue.clear();
  }
}
