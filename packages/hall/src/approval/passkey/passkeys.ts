import type { Passkey as ShownPasskey } from '@wcp/spec/hall';
import type { HallClock } from '../../base/hall-clock.ts';
import { ProblemError } from '../../base/problem.ts';
import type { Journal } from '../../storage/journal.ts';
import type { Change, Store } from '../../storage/store/store.ts';
import { loadPasskeys, type Passkey, passkeyKey, passkeyRow, shownPasskey } from './passkey-row.ts';

/** Passkeys of one principal. */
const MAX_PASSKEYS = 20;

/** What the passkeys of a Hall stand on. */
export interface PasskeysParts {
  readonly store: Store;
  readonly journal: Pick<Journal, 'append'>;
  readonly clock: HallClock;
}

/** The passkeys of the stewards, all of them in memory. */
export class Passkeys {
  readonly #parts: PasskeysParts;
  readonly #passkeys: Map<string, Passkey>;
  /** The principals of which one is being made durable. */
  readonly #adding = new Set<string>();

  private constructor(parts: PasskeysParts, passkeys: readonly Passkey[]) {
    this.#parts = parts;
    this.#passkeys = new Map(passkeys.map((passkey) => [passkey.passkey_id, passkey]));
  }

  /** @throws {WcpError} `ERR_WCP_STORE` where a row cannot be read */
  static async open(parts: PasskeysParts): Promise<Passkeys> {
    return new Passkeys(parts, await loadPasskeys(parts.store));
  }

  /** Reads the passkeys again that other Halls have registered, used or removed. */
  async follow(): Promise<void> {
    const passkeys = await loadPasskeys(this.#parts.store);
    this.#passkeys.clear();
    for (const passkey of passkeys) this.#passkeys.set(passkey.passkey_id, passkey);
  }

  /** The passkeys of a principal, or of all (null), the oldest first. */
  of(principal: string | null): readonly Passkey[] {
    return [...this.#passkeys.values()]
      .filter(({ principal_id }) => principal === null || principal_id === principal)
      .sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
  }

  get(id: string): Passkey | undefined {
    return this.#passkeys.get(id);
  }

  /**
   * One of a principal at a time: of two at once, both would be its first, which no other confirms.
   *
   * @throws {ProblemError} `CONFLICT` where it is there already, or its principal has as many as it may
   */
  async add(passkey: Passkey): Promise<ShownPasskey> {
    const { passkey_id, principal_id } = passkey;
    this.#checkMayAdd(passkey);
    this.#adding.add(principal_id);
    try {
      await this.#write({ put: 'meta', row: passkeyRow(passkey) }, 'registered', passkey);
      this.#passkeys.set(passkey_id, passkey);
    } finally {
      this.#adding.delete(principal_id);
    }
    return shownPasskey(passkey);
  }

  #checkMayAdd({ passkey_id, principal_id }: Passkey): void {
    if (this.#passkeys.has(passkey_id))
      throw new ProblemError('CONFLICT', 'This passkey is registered already.');
    if (this.#adding.has(principal_id)) {
      throw new ProblemError('CONFLICT', 'Another passkey of yours is being registered. Begin again.');
    }
    if (this.of(principal_id).length >= MAX_PASSKEYS) {
      throw new ProblemError('CONFLICT', `You have ${MAX_PASSKEYS} passkeys. Let an admin remove one first.`);
    }
  }

  /** @throws {ProblemError} `NOT_FOUND` */
  async remove(id: string): Promise<ShownPasskey> {
    const passkey = this.#passkeys.get(id);
    if (passkey === undefined) throw new ProblemError('NOT_FOUND', 'There is no passkey with this id.');
    // From here on it confirms nothing, even if its removal should not become durable.
    this.#passkeys.delete(id);
    await this.#write({ remove: 'meta', key: passkeyKey(id) }, 'removed', passkey);
    return shownPasskey(passkey);
  }

  /** Notes a use; false where it was removed, or used with this number, while its assertion was checked. */
  async use({ passkey_id }: Passkey, counter: number): Promise<boolean> {
    const present = this.#passkeys.get(passkey_id);
    if (present === undefined || !goesOn(present.counter, counter)) return false;
    const used = { ...present, counter, used_at: this.#now() };
    this.#passkeys.set(passkey_id, used);
    await this.#parts.journal.append({ changes: [{ put: 'meta', row: passkeyRow(used) }] });
    return true;
  }

  #write(change: Change, what: 'registered' | 'removed', passkey: Passkey): Promise<unknown> {
    const { passkey_id, principal_id, label } = passkey;
    const event_id = `org.wcp.hall.passkey-${what}` as const;
    const event = { event_id, timestamp: this.#now(), passkey_id, principal_id, label };
    return this.#parts.journal.append({ changes: [change], events: { tenant_id: null, list: [event] } });
  }

  #now(): string {
    return this.#parts.clock.timestamp();
  }
}

/** An authenticator that counts never repeats a number; one that does not always says 0. */
function goesOn(last: number, counter: number): boolean {
  return counter > last || (counter === 0 && last === 0);
}

function orderOf({ created_at, passkey_id }: Passkey): string {
  return `${created_at} ${passkey_id}`;
}
