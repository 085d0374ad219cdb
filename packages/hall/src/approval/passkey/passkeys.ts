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

  private constructor(parts: PasskeysParts, passkeys: readonly Passkey[]) {
    this.#parts = parts;
    this.#passkeys = new Map(passkeys.map((passkey) => [passkey.passkey_id, passkey]));
  }

  /** @throws {WcpError} `ERR_WCP_STORE` where a row cannot be read */
  static async open(parts: PasskeysParts): Promise<Passkeys> {
    return new Passkeys(parts, await loadPasskeys(parts.store));
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

  /** @throws {ProblemError} `CONFLICT` where it is there already, or its principal has as many as it may */
  async add(passkey: Passkey): Promise<ShownPasskey> {
    const { passkey_id, principal_id } = passkey;
    if (this.#passkeys.has(passkey_id))
      throw new ProblemError('CONFLICT', 'This passkey is registered already.');
    if (this.of(principal_id).length >= MAX_PASSKEYS) {
      throw new ProblemError('CONFLICT', `You have ${MAX_PASSKEYS} passkeys. Let an admin remove one first.`);
    }
    await this.#write({ put: 'meta', row: passkeyRow(passkey) }, 'registered', passkey);
    this.#passkeys.set(passkey_id, passkey);
    return shownPasskey(passkey);
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

  /** Notes a use; false where it is not there any more. An authenticator that counts never repeats a number. */
  async use(passkey: Passkey, counter: number): Promise<boolean> {
    // It may have been removed while its assertion was checked.
    if (!this.#passkeys.has(passkey.passkey_id)) return false;
    const used = { ...passkey, counter, used_at: this.#now() };
    this.#passkeys.set(passkey.passkey_id, used);
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

function orderOf({ created_at, passkey_id }: Passkey): string {
  return `${created_at} ${passkey_id}`;
}
