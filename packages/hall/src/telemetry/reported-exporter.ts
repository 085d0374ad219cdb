import type { Logger } from '../base/logger.ts';

/** What an exporter of OpenTelemetry answers: code 0 where it was sent. */
interface ExportResult {
  readonly code: number;
}
type Done<R extends ExportResult> = (result: R) => void;

/** Says once in the log that a collector does not take what it is sent, and once that it does again. */
export class CollectorHealth {
  /** Without path and query, which may hold a key. */
  readonly #place: string;
  readonly #log: Logger;
  #isFailing = false;

  constructor(url: string, log: Logger) {
    this.#place = new URL(url).origin;
    this.#log = log;
  }

  /** The same exporter, with its results noted. */
  watch<T, R extends ExportResult, E extends { export(items: T, done: Done<R>): void }>(exporter: E): E {
    const send = exporter.export.bind(exporter);
    exporter.export = (items: T, done: Done<R>) =>
      send(items, (result) => {
        this.#note(result.code === 0);
        done(result);
      });
    return exporter;
  }

  #note(isSent: boolean): void {
    if (isSent !== this.#isFailing) return;
    this.#isFailing = !isSent;
    if (isSent) this.#log('info', `The collector at ${this.#place} takes traces and metrics again.`);
    else {
      const message = `The collector at ${this.#place} does not take traces and metrics; those of this time may be lost. Decisions and evidence do not depend on it.`;
      this.#log('warn', message);
    }
  }
}
