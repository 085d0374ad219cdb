import { escapeText } from '@wcp/spec/json';
import type { GateOptions } from './gate-options.ts';

/** Milliseconds within which further failures are counted and not logged. */
const QUIET_MS = 60_000;

/** The longest that is said of what an engine threw. */
const MAX_DETAIL = 300;

/** Logs why an engine gave no verdict: the first failure, then once a minute how many there were. */
export class FailureLog {
  readonly #log: NonNullable<GateOptions['log']>;
  readonly #now: () => number;
  #quietUntil = Number.NEGATIVE_INFINITY;
  #unsaid = 0;

  constructor(log: NonNullable<GateOptions['log']>, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  add(error: unknown): void {
    const now = this.#now();
    if (now < this.#quietUntil) {
      this.#unsaid += 1;
      return;
    }
    const others = this.#unsaid === 0 ? '' : ` (and ${this.#unsaid} more since the last message)`;
    this.#log('error', `A request was denied: ${sentenceOf(error)}${others}`);
    this.#quietUntil = now + QUIET_MS;
    this.#unsaid = 0;
  }
}

/** What an engine threw may hold anything. */
function sentenceOf(error: unknown): string {
  const { message, cause } = error as Error;
  const detail = cause instanceof Error ? ` ${String(cause.message).slice(0, MAX_DETAIL)}` : '';
  return escapeText(message + detail);
}
