import { sha256 } from '@wcp/spec';
import type { ChainedAnswer, ChainedDispatch } from './delivery.ts';

/** Chained dispatches that one call may ask for. */
const MAX_DISPATCHES = 64;

/**
 * Where workers over HTTP ask for chained dispatches: each running call is registered under the permit that its
 * worker was given, for as long as it runs.
 *
 * @example
 * import { ChainedCallRegistry, createHall } from '@wcp/hall';
 *
 * const chains = new ChainedCallRegistry();
 * const hall = await createHall({ chains, public_url: 'https://hall.example' });
 * await hall.close();
 */
export class ChainedCallRegistry {
  readonly #max: number;
  readonly #calls = new Map<string, { readonly dispatch: ChainedDispatch; left: number }>();

  /** @param max chained dispatches that one call may ask for (default 64) */
  constructor(max = MAX_DISPATCHES) {
    this.#max = max;
  }

  /** Lets the holder of a permit ask until the returned function is called. */
  open(permit: string, dispatch: ChainedDispatch): () => void {
    const key = sha256(permit);
    const call = { dispatch, left: this.#max };
    this.#calls.set(key, call);
    return () => {
      if (this.#calls.get(key) === call) this.#calls.delete(key);
    };
  }

  /**
   * The answer for the holder of a permit. `unknown`: no running call has it. `too_many`: its call has asked
   * as often as it may. Rejects where the dispatch does.
   *
   * @param permit an attacker's word for it
   */
  async ask(permit: string, asked: unknown): Promise<ChainedAnswer | 'unknown' | 'too_many'> {
    const call = this.#calls.get(sha256(permit));
    if (call === undefined) return 'unknown';
    if (call.left <= 0) return 'too_many';
    call.left -= 1;
    return call.dispatch(asked);
  }
}
