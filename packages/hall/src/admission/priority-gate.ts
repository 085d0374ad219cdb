import { QOS_CLASSES } from '@wcp/spec/document';
import { priorityOf } from './fair-queue.ts';

/** So many of a class may begin while a more urgent one presses: no class stands still. */
const LEAST: readonly number[] = [Number.POSITIVE_INFINITY, 16, 4, 1];
/** A dispatch presses for so long at the most: a slow worker of an urgent request stops nobody for good. */
const PRESSING_MS = 250;
/** And for so long after its end: where one urgent request came, the next is near. */
const LINGERING_MS = 50;

/**
 * Lets less urgent dispatches begin one by one while more urgent ones are under way, so that a flood of
 * background work takes no time from what is critical. What has begun goes on.
 */
export class PriorityGate {
  /** By class: how many are under way, how many of these press, and who waits to begin. */
  readonly #running = QOS_CLASSES.map(() => 0);
  readonly #pressing = QOS_CLASSES.map(() => 0);
  readonly #waiting: readonly (() => void)[][] = QOS_CLASSES.map(() => []);

  /** Does the work when it may begin. A class that is none is the least urgent one. */
  async enter<R>(qosClass: unknown, work: () => Promise<R>): Promise<R> {
    const rank = priorityOf(qosClass);
    if (!this.#mayBegin(rank)) await new Promise<void>((resolve) => this.#waiting[rank]?.push(resolve));
    else this.#add(this.#running, rank, 1);
    const relax = this.#press(rank);
    try {
      return await work();
    } finally {
      this.#add(this.#running, rank, -1);
      this.#letBegin();
      relax();
    }
  }

  /** Presses from now on, and gives what ends that in a while. The least urgent presses on nobody. */
  #press(rank: number): () => void {
    if (rank === QOS_CLASSES.length - 1) return () => {};
    this.#add(this.#pressing, rank, 1);
    const end = () => {
      this.#add(this.#pressing, rank, -1);
      this.#letBegin();
    };
    const until = performance.now() + PRESSING_MS;
    let timer = setTimeout(end, PRESSING_MS).unref();
    return () => {
      const left = until - performance.now();
      if (left <= LINGERING_MS) return;
      clearTimeout(timer);
      timer = setTimeout(end, LINGERING_MS).unref();
    };
  }

  #mayBegin(rank: number): boolean {
    const isPressed = this.#pressing.slice(0, rank).some((count) => count > 0);
    return !isPressed || (this.#running[rank] as number) < (LEAST[rank] as number);
  }

  /** The most urgent first; whoever begins counts at once. */
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
