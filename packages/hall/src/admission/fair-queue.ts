import type { QosClass } from '@wcp/spec';
import { QOS_CLASSES } from '@wcp/spec/document';
import type { Queue, QueueAddOptions } from 'p-queue';

type Run = () => Promise<unknown>;

interface Entry {
  readonly run: Run;
  readonly id: string | undefined;
}

/**
 * How many others may be served before the first waiting entry of a class: P0 is served first, and still no class
 * starves, however many more urgent entries come.
 */
const PATIENCE: readonly number[] = [0, 4, 8, 16];

/** The rank of a class, 0 for the most urgent one. What is not a class ranks with the least urgent. */
export function priorityOf(qosClass: unknown): number {
  const rank = QOS_CLASSES.indexOf(qosClass as QosClass);
  return rank < 0 ? QOS_CLASSES.length - 1 : rank;
}

/** Higher classes are served first; none is starved. Within a class: first come, first served. */
export class FairQueue implements Queue<Run, QueueAddOptions> {
  readonly #classes: readonly Entry[][] = PATIENCE.map(() => []);
  /** How many others were served before the first of each class. */
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

  #classAt(priority = PATIENCE.length - 1): Entry[] {
    return this.#classes[Math.min(Math.max(0, priority), PATIENCE.length - 1)] as Entry[];
  }

  #take(id: string): Entry | undefined {
    for (const places of this.#classes) {
      const index = places.findIndex((place) => place.id === id);
      if (index >= 0) return places.splice(index, 1)[0];
    }
    return undefined;
  }
}
