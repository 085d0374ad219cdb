import { QOS_CLASSES } from '@wcp/spec/document';
import { priorityOf } from './fair-queue.ts';

/** Dispatches of a class that may run while a more urgent one holds them back: no class stands still. */
const MINIMUM_RUNNING: readonly number[] = [Number.POSITIVE_INFINITY, 16, 4, 1];
/** Milliseconds that a dispatch holds others back at most: a slow worker of an urgent request blocks nobody for good. */
const HOLD_BACK_MS = 250;
/** Milliseconds that it does so after its end: after one urgent request the next is likely. */
const LINGERING_MS = 50;

/**
 * Lets less urgent dispatches begin one by one while more urgent ones are running, so that a flood of background
 * work takes no time from what is critical. What has begun goes on.
 */
export class PriorityGate {
  /** By class: how many are running, how many of these hold others back, and which wait to begin. */
  readonly #running = QOS_CLASSES.map(() => 0);
  readonly #holdingBack = QOS_CLASSES.map(() => 0);
  readonly #waiting: readonly (() => void)[][] = QOS_CLASSES.map(() => []);

  /** Runs a task when it may begin. An unknown class is the least urgent one. */
  async enter<R>(qosClass: unknown, work: () => Promise<R>): Promise<R> {
    const rank = priorityOf(qosClass);
    if (!this.#mayBegin(rank)) await new Promise<void>((resolve) => this.#waiting[rank]?.push(resolve));
    else this.#add(this.#running, rank, 1);
    const release = this.#holdBack(rank);
    try {
      return await work();
    } finally {
      this.#add(this.#running, rank, -1);
      this.#letBegin();
      release();
    }
  }

  /** Holds others back from now on; the returned function ends that after a while. The least urgent class holds back nobody. */
  #holdBack(rank: number): () => void {
    if (rank === QOS_CLASSES.length - 1) return () => {};
    this.#add(this.#holdingBack, rank, 1);
    const end = () => {
      this.#add(this.#holdingBack, rank, -1);
      this.#letBegin();
    };
    const until = performance.now() + HOLD_BACK_MS;
    let timer = setTimeout(end, HOLD_BACK_MS).unref();
    return () => {
      const left = until - performance.now();
      if (left <= LINGERING_MS) return;
      clearTimeout(timer);
      timer = setTimeout(end, LINGERING_MS).unref();
    };
  }

  #mayBegin(rank: number): boolean {
    const isHeldBack = this.#holdingBack.slice(0, rank).some((count) => count > 0);
    return !isHeldBack || (this.#running[rank] as number) < (MINIMUM_RUNNING[rank] as number);
  }

  /** The most urgent first; each counts as running at once. */
  #letBegin(): void {
    for (const [rank, waiting] of this.#waiting.entries()) {
      while (waiting.length > 0 && this.#mayBegin(rank)) {
        this.#add(this.#running, rank, 1);
        waiting.shift()?.();
      }
    }
  }

  #add(counts: number[], rank: number, change: number): void {
    counts[rank] = (counts[rank] as number) + change;
  }
}
