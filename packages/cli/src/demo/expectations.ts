/** Whether what the demo shows really happened: each claim is checked when it is made. */
export class Expectations {
  readonly #failed: string[] = [];
  #checked = 0;

  /** Holds the claim against what was seen. */
  expect(claim: string, holds: boolean): boolean {
    this.#checked += 1;
    if (!holds) this.#failed.push(claim);
    return holds;
  }

  get checked(): number {
    return this.#checked;
  }

  /** The claims that were not true. */
  get failed(): readonly string[] {
    return this.#failed;
  }
}
