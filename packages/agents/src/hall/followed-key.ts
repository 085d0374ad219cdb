import type { HallClient } from '@wcp/client';
import { followLogKey } from '@wcp/evidence/log';

/**
 * The key of a Hall's permits, followed when its log changes it (section 8.7): from the key that was known before, by
 * receipts that it signed. What the Hall says of itself is believed no further.
 */
export class FollowedKey {
  readonly #hall: Pick<HallClient, 'showLogKeys'>;
  readonly #timeout_ms: number;
  #key: string;

  constructor(hall: Pick<HallClient, 'showLogKeys'>, key: string, timeout_ms: number) {
    this.#hall = hall;
    this.#key = key;
    this.#timeout_ms = timeout_ms;
  }

  get current(): string {
    return this.#key;
  }

  /** Asks the Hall for its keys: whether another one counts now. Where it cannot be asked, none does. */
  async follow(): Promise<boolean> {
    const shown = await this.#hall.showLogKeys({}, { timeout_ms: this.#timeout_ms }).catch(() => null);
    const known = this.#key;
    if (shown === null || shown.permit_key === known) return false;
    if (followLogKey(known, shown.changes) !== shown.permit_key) return false;
    this.#key = shown.permit_key;
    return true;
  }
}
