import { SerialQueue } from '../../base/serial-queue.ts';
import { type HighWaterMark, type MarkedLog, writeMark } from './high-water-mark.ts';

/**
 * Milliseconds after a commit within which the mark covers it. What is committed later than the last mark can be cut
 * off after a crash, and nothing shows it.
 */
const MARK_MS = 100;

/** Writes the high-water mark of a log, close behind its commits and never ahead of them. */
export class MarkWriter {
  readonly #log: Omit<MarkedLog, 'terms'>;
  readonly #current: () => HighWaterMark;
  /** One writing after another, each of what is durable by then: an older mark never replaces a newer one. */
  readonly #queue = new SerialQueue();
  #timer: NodeJS.Timeout | null = null;

  /** @param current how far the log has come durably */
  constructor(log: Omit<MarkedLog, 'terms'>, current: () => HighWaterMark) {
    this.#log = log;
    this.#current = current;
  }

  /** @throws {WcpError} `ERR_WCP_STORE` where it cannot be written */
  write(): Promise<void> {
    return this.#queue.run(() => writeMark(this.#current(), this.#log));
  }

  /** What was committed stays committed: a mark that cannot be written now fails the next checkpoint, which says so. */
  writeIfPossible(): Promise<void> {
    return this.write().catch(() => {});
  }

  /** Writes it within {@link MARK_MS}, with whatever else is committed until then. */
  soon(): void {
    if (this.#log.mark === undefined || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.writeIfPossible();
    }, MARK_MS);
    this.#timer.unref();
  }

  /** Writes what is still to be written, and waits for what is being written. */
  async close(): Promise<void> {
    if (this.#timer === null) return this.#queue.run(async () => {});
    clearTimeout(this.#timer);
    this.#timer = null;
    await this.writeIfPossible();
  }
}
