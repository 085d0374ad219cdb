import { WcpError } from '@wcp/spec';

/** Milliseconds that a clock may step back without an error: what time servers do. */
const TOLERANCE_MS = 1_000;

/** The clock of a Hall: it never goes back, because expiries, evidence and permits depend on it. */
export class HallClock {
  readonly #source: () => number;
  #latest: number;

  /**
   * @param source milliseconds since 1970, UTC
   * @param latest the latest time in the evidence, so that a restart does not hide a step back
   */
  constructor(source: () => number, latest = 0) {
    this.#source = source;
    this.#latest = latest;
  }

  /**
   * Milliseconds since 1970. A small step back stands still.
   *
   * @throws {WcpError} `ERR_WCP_CLOCK` where the machine's clock is behind what was already recorded
   */
  now(): number {
    const time = this.#source();
    if (time < this.#latest - TOLERANCE_MS) {
      const behind = Math.ceil((this.#latest - time) / 1000);
      throw new WcpError(
        'ERR_WCP_CLOCK',
        `The clock of this machine is ${behind} s behind the recorded evidence. Nothing is decided until the clock is set right.`,
      );
    }
    this.#latest = Math.max(this.#latest, time);
    return this.#latest;
  }

  /** The latest time that was read, even while the machine's clock is behind it. */
  latest(): number {
    this.#latest = Math.max(this.#latest, this.#source());
    return this.#latest;
  }

  /** The time as the wire writes it. Throws as {@link now} does. */
  timestamp(): string {
    return new Date(this.now()).toISOString();
  }
}
