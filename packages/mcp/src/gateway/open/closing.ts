/** What has to be closed at the end. */
export class Closing {
  readonly #ends: (() => Promise<void>)[] = [];

  add(end: () => Promise<void>): void {
    this.#ends.push(end);
  }

  /** The last one first, one after another: what still runs can then record how it ended. What fails does not stop it. */
  async close(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end().catch(() => {});
  }
}
