/** A map that forgets its oldest entry where it has too many. */
export class BoundedMap<V> {
  readonly #entries = new Map<string, V>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): V | undefined {
    return this.#entries.get(key);
  }

  /** Gives what was forgotten. */
  set(key: string, value: V): V | undefined {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#most) return undefined;
    const [[oldest, dropped] = []] = this.#entries;
    if (oldest !== undefined) this.#entries.delete(oldest);
    return dropped;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
