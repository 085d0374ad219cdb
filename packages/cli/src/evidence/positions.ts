/** Positions of a log in their order: those of a whole log take no memory. */
export class Positions {
  /** All positions below this are among them. */
  #whole = 0;
  readonly #others: number[] = [];

  get length(): number {
    return this.#whole + this.#others.length;
  }

  add(position: number): void {
    if (position === this.#whole && this.#others.length === 0) this.#whole += 1;
    else this.#others.push(position);
  }

  all(): number[] {
    return [...Array.from({ length: this.#whole }, (_, position) => position), ...this.#others];
  }
}
