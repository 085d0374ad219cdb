import { WcpError } from '@wcp/spec';

/** How far a clock may be set back without anybody's noticing: what time servers do. */
const TOLERANCE_MS = 1_000;

/** The time of a Hall: it never goes back, for expiries, evidence and permits hang on it. */
export class HallClock {
  readonly #source: () => number;
  #latest: number;

  /**
   * @param source milliseconds since 1970, UTC
   * @param latest the latest time that the evidence knows, so that a restart hides no jump
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
        `The clock of this machine went back ${behind} s behind what is recorded. Nothing is decided until it is right again: set the clock.`,
      );
    }
    this.#latest = Math.max(this.#latest, time);
    return this.#latest;
  }

  /** The latest time that was told, also while the machine's clock is behind it. */
  latest(): number {
    this.#latest = Math.max(this.#latest, this.#source());
    return this.#latest;
  }

  /** The time as the wire writes it. Throws as {@link now} does. */
  timestamp(): string {
    return new Date(this.now()).toISOString();
  }
}
