import type { Attempt } from '../attempt.ts';

/** A number of places, and a line of attempts that wait for one, first come, first served. */
export class Slots {
  readonly #mostWaiting: number;
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(places: number, mostWaiting: number) {
    this.#free = places;
    this.#mostWaiting = mostWaiting;
  }

  /** True once there is a place, to be given back; false where the attempt ended before. Null: too many wait. */
  async take(attempt: Attempt): Promise<boolean | null> {
    if (attempt.isOver) return false;
    if (this.#free > 0) {
      this.#free -= 1;
      return true;
    }
    if (this.#waiting.size >= this.#mostWaiting) return null;
    return new Promise((resolve) => {
      const enter = () => resolve(true);
      this.#waiting.add(enter);
      attempt.ended.then(() => {
        if (this.#waiting.delete(enter)) resolve(false);
      });
    });
  }

  /** Gives a place back: to the one that has waited longest. */
  give(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
