/** Whoever wants to be told of something. One that throws keeps no other from being told. */
export class Listeners<Told extends readonly unknown[]> {
  readonly #listeners = new Set<(...told: Told) => void>();

  /** Adds a listener; what it returns removes it. */
  add(listen: (...told: Told) => void): () => void {
    // Its own, so that one that is added twice is told twice, and removed once.
    const own = (...told: Told) => listen(...told);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  tell(...told: Told): void {
    for (const listen of [...this.#listeners]) {
      try {
        listen(...told);
      } catch {
        // Its own affair.
      }
    }
  }
}
