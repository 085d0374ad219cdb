import { type BanListCode, keyIdOf, verifyBanList } from '@wcp/evidence';
import type { BanListSourceCode } from './ban-list-source.ts';
import { type BanListRole, digestOf, type StoredBanList, storedBanList } from './stored-ban-list.ts';

/** Whether a document replaces the list that is held: it does once it is durable, or it is rejected. */
export type BanListReplacement =
  | { readonly ok: true; readonly held: StoredBanList; readonly isNew: boolean }
  | { readonly ok: false; readonly code: BanListCode };

/** The list of one authority from one source: the last good one, and which documents may replace it. */
export class FollowedList {
  /** Names it in the store. */
  readonly id: string;
  readonly authority: string;
  readonly #keys: () => readonly string[];
  #held: StoredBanList | null = null;
  #role: BanListRole;
  /** Why the last reading failed; null after a good one. */
  failure: BanListCode | BanListSourceCode | null = null;

  /** @param keys the authority's raw public keys in force at the time of the call */
  constructor(id: string, authority: string, role: BanListRole, keys: () => readonly string[]) {
    this.id = id;
    this.authority = authority;
    this.#role = role;
    this.#keys = keys;
  }

  get held(): StoredBanList | null {
    return this.#held;
  }

  get role(): BanListRole {
    return this.#role;
  }

  /** Verifies a document (section 8, "Ban list"). Nothing changes yet. */
  prepare(document: unknown, now: string): BanListReplacement {
    const { authority } = this;
    const isNew = this.#held === null || digestOf(document) !== this.#held.digest;
    const at_least_sequence = this.#lastSequence() + (isNew ? 1 : 0);
    const verdict = verifyBanList(document, {
      authority,
      public_keys: this.#keys(),
      now,
      at_least_sequence,
    });
    return verdict.ok
      ? { ok: true, held: storedBanList(document, verdict.list), isNew }
      : { ok: false, code: verdict.findings[0].code };
  }

  /** Puts a list in force. */
  hold(held: StoredBanList, role: BanListRole = this.#role): void {
    this.#held = held;
    this.#role = role;
    this.failure = null;
  }

  /** Whether there is a list that is neither expired nor signed with a revoked key. */
  isCurrent(now: number): boolean {
    return this.#held !== null && now <= this.#held.expires && this.#isKeyInForce();
  }

  /** A list that was signed with a revoked key may be replaced by one of any sequence. */
  #lastSequence(): number {
    return this.#held === null || !this.#isKeyInForce() ? -1 : this.#held.list.sequence;
  }

  #isKeyInForce(): boolean {
    return this.#keys().some((key) => keyIdOf(key) === this.#held?.list.signing_key_id);
  }
}
