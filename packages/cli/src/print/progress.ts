import type { Terminal } from '../base/terminal.ts';

/** Milliseconds between two lines, and before the first: what ends sooner says nothing. */
const INTERVAL_MS = 1_000;

/** Says on standard error how far something that takes long has come. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #what: string;
  #told = performance.now();

  /** @param what was done, in the plural: "receipts verified" */
  constructor(terminal: Terminal, what: string) {
    this.#terminal = terminal;
    this.#what = what;
  }

  /** @param of how much there is to do, where that is known */
  report(done: number, of?: number): void {
    const now = performance.now();
    if (now - this.#told < INTERVAL_MS) return;
    this.#told = now;
    const whole = of === undefined ? '' : ` of ${of.toLocaleString('en')}`;
    this.#terminal.warn(`${done.toLocaleString('en')}${whole} ${this.#what}\n`);
  }
}
