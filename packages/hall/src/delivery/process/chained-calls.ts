import { lineOf } from '@wcp/spec/json';
import { MAX_CALL_LENGTH } from '../call-json.ts';
import type { ChainedAnswer, ChainedDispatch } from '../delivery.ts';

/** Why a worker gets no answer to a chained dispatch. */
const PROBLEMS = {
  DISPATCH_NOT_ALLOWED: 'This call may not dispatch.',
  DISPATCH_TOO_MANY: 'This call has asked for as many dispatches as it may.',
  DISPATCH_FAILED: 'The Hall could not carry out the dispatch.',
  DISPATCH_TOO_LARGE: 'The answer is larger than a worker reads: ask for less, or for a reference to it.',
} as const;

/** The chained dispatches that one call may ask for. */
export interface ChainedCallLimit {
  readonly id: string;
  /** How many. */
  readonly max: number;
  readonly dispatch: ChainedDispatch | undefined;
}

/** Answers the chained dispatches of one call, each with the line that goes back to its worker. */
export class ChainedCalls {
  readonly #limit: ChainedCallLimit;
  #count = 0;

  constructor(limit: ChainedCallLimit) {
    this.#limit = limit;
  }

  /** The line for a dispatch. Never rejects. */
  async answer(seq: number, asked: unknown): Promise<string> {
    const { dispatch, max } = this.#limit;
    this.#count += 1;
    if (dispatch === undefined) return this.#problem(seq, 'DISPATCH_NOT_ALLOWED');
    if (this.#count > max) return this.#problem(seq, 'DISPATCH_TOO_MANY');
    try {
      const line = this.#line(seq, await dispatch(asked));
      return Buffer.byteLength(line) > MAX_CALL_LENGTH ? this.#problem(seq, 'DISPATCH_TOO_LARGE') : line;
    } catch {
      return this.#problem(seq, 'DISPATCH_FAILED');
    }
  }

  #line(seq: number, { decision, result }: ChainedAnswer): string {
    return lineOf(JSON.stringify({ dispatched: { id: this.#limit.id, seq, answer: { decision, result } } }));
  }

  #problem(seq: number, code: keyof typeof PROBLEMS): string {
    const error = { code, message: PROBLEMS[code] };
    return JSON.stringify({ dispatched: { id: this.#limit.id, seq, error } });
  }
}
