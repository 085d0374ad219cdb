import { type BanListCode, keyIdOf, verifyBanList } from '@wcp/evidence';
import type { BanListSourceCode } from './ban-list-source.ts';
import { type BanListRole, digestOf, type StoredBanList, storedBanList } from './stored-ban-list.ts';

/** What becomes of a document that should be a list: it is held once it is durable, or it is refused. */
export type BanListReplacement =
  | { readonly ok: true; readonly held: StoredBanList; readonly isNew: boolean }
  | { readonly ok: false; readonly code: BanListCode };

/** The lists of one authority from one source: the last good one, and which may follow it. */
export class FollowedList {
  /** Names it in the store. */
  readonly id: string;
  readonly authority: string;
  readonly #keys: () => readonly string[];
  #held: StoredBanList | null = null;
  #role: BanListRole;
  /** Why the last attempt to get one failed; null after one that did not. */
  failure: BanListCode | BanListSourceCode | null = null;

  /** @param keys the authority's raw public keys that are in force when it is asked */
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

  /** Judges a document (section 8, "Ban list"). Nothing changes yet. */
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

  /** Whether there is a list of which nothing says that it should not be relied on. */
  isCurrent(now: number): boolean {
    return this.#held !== null && now <= this.#held.expires && this.#isKeyHeld();
  }

  /** What was signed with a key that is one no longer keeps nothing from following it. */
  #lastSequence(): number {
    return this.#held === null || !this.#isKeyHeld() ? -1 : this.#held.list.sequence;
  }

  #isKeyHeld(): boolean {
    return this.#keys().some((key) => keyIdOf(key) === this.#held?.list.signing_key_id);
  }
}
