import type { BanListCode } from '@wcp/evidence';
import { parseBanList } from '@wcp/evidence/ban-list';
import type { BanList } from '@wcp/spec';
import type { HallEvent, ProblemCode } from '@wcp/spec/hall';
import type { HallClock } from '../../base/hall-clock.ts';
import { ProblemError } from '../../base/problem.ts';
import { SerialQueue } from '../../base/serial-queue.ts';
import { hasRole, type Principal } from '../../identity/principal.ts';
import type { Journal } from '../../storage/journal.ts';
import type { ActiveBanLists } from './active-ban-lists.ts';
import type { FollowedList } from './followed-list.ts';
import { type StoredBanList, storedBanListChange } from './stored-ban-list.ts';

/** What publishing works with. */
export interface BanListPublisherParts {
  readonly lists: ActiveBanLists;
  readonly journal: Journal;
  readonly clock: HallClock;
}

/** A list that this Hall publishes, in short. */
export interface PublishedList {
  readonly authority: string;
  readonly sequence: number;
  readonly issued_at: string;
  readonly expires_at: string;
  readonly entries: number;
  readonly banned: number;
  readonly signing_key_id: string;
  /** Whether it is neither expired nor signed with a revoked key. */
  readonly is_current: boolean;
}

/** The problem for each way in which a list is not valid. */
const PROBLEM_BY_CODE: Readonly<Record<BanListCode, readonly [ProblemCode, string]>> = {
  BAN_LIST_MALFORMED: ['INVALID_BODY', 'This is not a ban list.'],
  BAN_LIST_AUTHORITY_MISMATCH: ['INVALID_BODY', 'This list belongs to another authority.'],
  BAN_LIST_KEY_UNKNOWN: [
    'BAN_LIST_KEY_UNKNOWN',
    'The authority has not registered this key here, or it was revoked.',
  ],
  BAN_LIST_SIGNATURE_INVALID: ['BAN_LIST_SIGNATURE_INVALID', 'The signature does not match the key.'],
  BAN_LIST_FROM_FUTURE: ['BAN_LIST_FROM_FUTURE', 'issued_at is in the future.'],
  BAN_LIST_ROLLED_BACK: [
    'BAN_LIST_ROLLED_BACK',
    'A list with this sequence or a higher one is published already. Sign this one with a higher sequence.',
  ],
  BAN_LIST_STALE: ['BAN_LIST_STALE', 'The list has expired. Sign it again.'],
};

/** Publishes ban lists for the authorities whose keys are registered here, one after another. */
export class BanListPublisher {
  readonly #parts: BanListPublisherParts;
  readonly #queue = new SerialQueue();

  constructor(parts: BanListPublisherParts) {
    this.#parts = parts;
  }

  /**
   * Publishes a list, which this Hall then follows. Publishing the same list again changes nothing.
   *
   * @param document an attacker's word for it
   * @throws {ProblemError} `INVALID_BODY` with every finding; `FORBIDDEN`; a code `BAN_LIST_…`
   */
  publish(document: unknown, by: Principal): Promise<PublishedList> {
    const list = this.#parts.lists.own(authorityOfList(document, by));
    return this.#queue.run(async () => {
      const at = this.#parts.clock.timestamp();
      const taking = list.prepare(document, at);
      if (!taking.ok) throw new ProblemError(...PROBLEM_BY_CODE[taking.code]);
      if (taking.isNew || list.role !== 'published') await this.#put(list, taking.held, 'published', by, at);
      return this.#show(list, taking.held);
    });
  }

  /**
   * Withdraws an authority's list: it bans nothing here from then on.
   *
   * @throws {ProblemError} `NOT_FOUND`
   */
  withdraw(authority: string, by: Principal): Promise<PublishedList> {
    return this.#queue.run(async () => {
      const { list, held } = this.#find(authority);
      await this.#put(list, held, 'withdrawn', by, this.#parts.clock.timestamp());
      return this.#show(list, held);
    });
  }

  /** The list of an authority as it was signed. @throws {ProblemError} `NOT_FOUND` */
  document(authority: string): BanList {
    return this.#find(authority).held.document;
  }

  list(): readonly PublishedList[] {
    return this.#parts.lists.published().map((list) => this.#show(list, list.held as StoredBanList));
  }

  #find(authority: string): { readonly list: FollowedList; readonly held: StoredBanList } {
    const list = this.#parts.lists.published().find((published) => published.authority === authority);
    if (list?.held == null)
      throw new ProblemError('NOT_FOUND', 'This Hall publishes no ban list of this authority.');
    return { list, held: list.held };
  }

  async #put(
    list: FollowedList,
    held: StoredBanList,
    role: 'published' | 'withdrawn',
    by: Principal,
    timestamp: string,
  ): Promise<void> {
    const { authority, sequence } = held.list;
    const event: HallEvent = {
      event_id: `org.wcp.hall.ban-list-${role}`,
      timestamp,
      authority,
      sequence,
      banned: held.banned.length,
      by: by.id,
    };
    await this.#parts.journal.append({
      changes: [storedBanListChange(list.id, held, role)],
      events: { tenant_id: null, list: [event] },
    });
    this.#parts.lists.hold(list, held, role);
  }

  #show(list: FollowedList, { list: said, banned, expires }: StoredBanList): PublishedList {
    const { authority, sequence, issued_at, entries, signing_key_id } = said;
    return {
      ...{ authority, sequence, issued_at },
      expires_at: new Date(expires).toISOString(),
      entries: entries.length,
      banned: banned.length,
      signing_key_id,
      is_current: list.isCurrent(this.#parts.clock.latest()),
    };
  }
}

/** The authority of a list; only that authority and an admin may publish it. */
function authorityOfList(document: unknown, by: Principal): string {
  const parsed = parseBanList(document);
  if (!parsed.ok) throw new ProblemError('INVALID_BODY', 'This is not a ban list.', parsed.findings);
  const { authority } = parsed.value;
  const isOwner = hasRole(by, ['worker-owner']) && by.authority === authority;
  if (isOwner || hasRole(by, ['admin'])) return authority;
  throw new ProblemError('FORBIDDEN', `Only ${authority} may publish its list.`);
}
