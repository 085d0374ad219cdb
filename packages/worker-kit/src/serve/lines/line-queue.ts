/** The maximum size of waiting calls, in bytes; above it, no more are read. */
const MAX_WAITING = 16 * 1024 * 1024;

/** Calls that wait for their turn, in order. */
export class LineQueue<T> {
  readonly #waiting: { readonly item: T; readonly size: number }[] = [];
  #size = 0;
  #isEnded = false;
  #wake: () => void = () => {};
  #makeRoom: () => void = () => {};

  /** Adds one; resolves when there is room for the next. */
  async push(item: T, size: number): Promise<void> {
    this.#waiting.push({ item, size });
    this.#size += size;
    this.#wake();
    if (this.#size <= MAX_WAITING) return;
    await new Promise<void>((resolve) => {
      this.#makeRoom = resolve;
    });
  }

  /** Ends the queue after the waiting calls. */
  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  /** Resolves with the next one; null at the end. */
  async next(): Promise<T | null> {
    while (this.#waiting.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const next = this.#waiting.shift();
    if (next === undefined) return null;
    this.#size -= next.size;
    if (this.#size <= MAX_WAITING) this.#makeRoom();
    return next.item;
  }
}
