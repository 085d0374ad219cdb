import type { RetentionRule } from '@wcp/spec/document';
import type { HallClock } from '../base/hall-clock.ts';
import { loggedError } from '../base/logged-error.ts';
import type { Payloads } from '../storage/payload/eraser.ts';

/** What retention works with. */
interface RetentionParts {
  readonly payloads: Payloads;
  readonly clock: HallClock;
  /** The rules in force. */
  rules(): readonly RetentionRule[];
}

/** How the retention is. */
export interface RetentionState {
  readonly rules: number;
  /** Decisions whose payload was forgotten since the start. */
  readonly forgotten: number;
  /** When everything that was due had been forgotten; null where that has not been since the start. */
  readonly kept_at: string | null;
  /** Why it could not be; null where it could. */
  readonly failure: string | null;
}

/** Forgets what is past its time, step by step, between which others are served. */
export class PayloadRetention {
  readonly #parts: RetentionParts;
  #forgotten = 0;
  #keptAt: string | null = null;
  #failure: string | null = null;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  get state(): RetentionState {
    const { length: rules } = this.#parts.rules();
    return { rules, forgotten: this.#forgotten, kept_at: this.#keptAt, failure: this.#failure };
  }

  /** Finishes what was begun, then forgets what is due. @throws {WcpError} `ERR_WCP_STORE`, `ERR_WCP_CLOCK` */
  async keep(): Promise<void> {
    try {
      await this.#keep();
      this.#failure = null;
    } catch (error) {
      this.#failure = loggedError(error);
      throw error;
    }
  }

  async #keep(): Promise<void> {
    const { payloads, clock } = this.#parts;
    for (;;) {
      while (await payloads.work());
      const rules = this.#parts.rules();
      const at = clock.timestamp();
      const forgotten = rules.length === 0 ? 0 : await payloads.retain(rules, at);
      this.#forgotten += forgotten;
      if (forgotten > 0) continue;
      this.#keptAt = at;
      return;
    }
  }
}
