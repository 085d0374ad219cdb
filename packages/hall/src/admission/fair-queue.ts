import type { QosClass } from '@wcp/spec';
import { QOS_CLASSES } from '@wcp/spec/document';
import type { Queue, QueueAddOptions } from 'p-queue';

type Run = () => Promise<unknown>;

interface Place {
  readonly run: Run;
  readonly id: string | undefined;
}

/**
 * How often others may go before the first of a class that waits: P0 goes before everybody, and still no
 * class waits for ever, however many come that are more urgent.
 */
const PATIENCE: readonly number[] = [0, 4, 8, 16];

/** The rank of a class, 0 for the most urgent one. What is not a class ranks with the least urgent. */
export function priorityOf(qosClass: unknown): number {
  const rank = QOS_CLASSES.indexOf(qosClass as QosClass);
  return rank < 0 ? QOS_CLASSES.length - 1 : rank;
}

/** A line in which P0 goes first and P3 is never starved; within a class, first come, first served. */
export class FairQueue implements Queue<Run, QueueAddOptions> {
  readonly #classes: readonly Place[][] = PATIENCE.map(() => []);
  /** How often others went before the first of each class. */
  readonly #passed: number[] = PATIENCE.map(() => 0);

  get size(): number {
    return this.#classes.reduce((size, places) => size + places.length, 0);
  }

  enqueue(run: Run, options: Partial<QueueAddOptions> = {}): void {
    this.#classAt(options.priority).push({ run, id: options.id });
  }

  dequeue(): Run | undefined {
    const impatient = this.#classes.findLastIndex(
      (places, index) =>
        index > 0 && places.length > 0 && (this.#passed[index] as number) >= (PATIENCE[index] as number),
    );
    const next = impatient >= 0 ? impatient : this.#classes.findIndex((places) => places.length > 0);
    if (next < 0) return undefined;
    for (const [index, places] of this.#classes.entries()) {
      if (index > next && places.length > 0) this.#passed[index] = (this.#passed[index] as number) + 1;
    }
    this.#passed[next] = 0;
    return this.#classes[next]?.shift()?.run;
  }

  filter({ priority }: Readonly<Partial<QueueAddOptions>>): Run[] {
    return this.#classAt(priority).map(({ run }) => run);
  }

  setPriority(id: string, priority: number): void {
    const place = this.#take(id);
    if (place !== undefined) this.#classAt(priority).push(place);
  }

  remove(id: string): void {
    this.#take(id);
  }

  #classAt(priority = PATIENCE.length - 1): Place[] {
    return this.#classes[Math.min(Math.max(0, priority), PATIENCE.length - 1)] as Place[];
  }

  #take(id: string): Place | undefined {
    for (const places of this.#classes) {
      const index = places.findIndex((place) => place.id === id);
      if (index >= 0) return places.splice(index, 1)[0];
    }
    return undefined;
  }
}
