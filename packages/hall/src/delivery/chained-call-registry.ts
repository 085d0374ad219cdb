import { sha256 } from '@wcp/spec';
import type { ChainedAnswer, ChainedDispatch } from './delivery.ts';

/** How often one call may ask. */
const MAX_DISPATCHES = 64;

/**
 * Where workers over HTTP ask for chained dispatches: each running call stands here under the very permit
 * that its worker was given, and no longer than it runs.
 */
export class ChainedCallRegistry {
  readonly #max: number;
  readonly #calls = new Map<string, { readonly dispatch: ChainedDispatch; left: number }>();

  /** @param max how often one call may ask; 64 */
  constructor(max = MAX_DISPATCHES) {
    this.#max = max;
  }

  /** Lets the holder of a permit ask, until the function that comes back is called. */
  open(permit: string, dispatch: ChainedDispatch): () => void {
    const key = sha256(permit);
    const call = { dispatch, left: this.#max };
    this.#calls.set(key, call);
    return () => {
      if (this.#calls.get(key) === call) this.#calls.delete(key);
    };
  }

  /**
   * The answer for whoever shows this permit. `unknown`: no running call has it. `too_many`: its call has
   * asked as often as it may. Rejects where the dispatch does.
   *
   * @param permit what an attacker says it is
   */
  async ask(permit: string, received: unknown): Promise<ChainedAnswer | 'unknown' | 'too_many'> {
    const call = this.#calls.get(sha256(permit));
    if (call === undefined) return 'unknown';
    if (call.left <= 0) return 'too_many';
    call.left -= 1;
    return call.dispatch(received);
  }
}
