import { WcpError } from '@wcp/spec';
import type { Logger } from '../../base/logger.ts';
import type { EvidenceStorage } from '../evidence/evidence-storage.ts';

/** Rows that health names; what comes later is in the log. */
const MAX_KEPT = 100;

/** Remembers which rows were refused because somebody changed them without the key, and logs each of them once. */
export class TamperWatch {
  readonly #messages = new Set<string>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** The messages of the rows that were refused since the start. */
  get messages(): readonly string[] {
    return [...this.#messages];
  }

  /** The same storage; what it refuses is noted. */
  over(storage: EvidenceStorage): EvidenceStorage {
    const { store, ledger, payloads } = storage;
    const watched = { store: this.#watched(store), ledger: this.#watched(ledger) };
    return {
      ...{ ...watched, payloads: this.#watched(payloads) },
      copyTo: (file) => storage.copyTo(file),
      close: () => storage.close(),
    };
  }

  #watched<P extends object>(part: P): P {
    return new Proxy(part, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.#noted(member.apply(target, args));
      },
    });
  }

  /** Every method of a storage answers with a promise. */
  #noted(answer: Promise<unknown>): Promise<unknown> {
    return answer.catch((error: unknown) => {
      this.note(error);
      throw error;
    });
  }

  /** Notes an error, if it is about a row that was changed. */
  note(error: unknown): void {
    if (!(error instanceof WcpError) || error.code !== 'ERR_WCP_STORE_TAMPERED') return;
    if (this.#messages.has(error.message) || this.#messages.size >= MAX_KEPT) return;
    this.#messages.add(error.message);
    this.#log('error', error.message);
  }
}
