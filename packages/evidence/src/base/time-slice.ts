/** How long a slice has the thread to itself, in milliseconds. */
const SLICE_MS = 2;

/** Work in slices: what takes long leaves the thread to others again and again. */
export class TimeSlice {
  #began = performance.now();

  /** Whether it is time for others. */
  get isOver(): boolean {
    return performance.now() - this.#began >= SLICE_MS;
  }

  /** Lets all others run that are ready, and begins the next slice. */
  async next(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#began = performance.now();
  }
}
