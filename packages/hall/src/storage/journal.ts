import type { EventFeed } from './event-feed.ts';
import type { EvidenceStorage } from './evidence/evidence-storage.ts';
import type { Appended, Basis, Entry } from './ledger/entry.ts';
import { GroupCommit } from './ledger/group-commit.ts';
import type { OtherHalls } from './other-halls.ts';
import { Overtaken, SettledElsewhere } from './overtaken.ts';
import type { Change } from './store/store.ts';

/** An entry, and the events of its decision, which the ledger reads out of the decision itself. */
export type JournalEntry = Omit<Entry, 'basis'> & {
  /**
   * The commit of other Halls up to which it was known what this rests on: of everything that is appended together, the
   * earliest counts. Where it is absent, that is known now.
   */
  readonly since?: number;
  readonly telemetry?: { readonly tenant_id: string | null; readonly list: readonly object[] };
};

/** The `since` of what rests on nothing that another Hall may change. */
export const ALWAYS = Number.MAX_SAFE_INTEGER;

/** The one way to make something durable. Events are published only once they are. */
export class Journal {
  readonly #commits: GroupCommit;
  readonly #feed: EventFeed;
  readonly #others: OtherHalls;
  /** The error of the last commit; null where it succeeded. */
  #failure: Error | null = null;

  constructor(storage: EvidenceStorage, feed: EventFeed, others: OtherHalls) {
    this.#commits = new GroupCommit(storage.ledger);
    this.#feed = feed;
    this.#others = others;
  }

  /** Why nothing can be made durable now; null where it can. */
  get failure(): Error | null {
    return this.#failure;
  }

  /**
   * All of the entries or none.
   *
   * @throws {Overtaken} where another Hall changed what they rest on
   * @throws {SettledElsewhere} where one of them is the outcome of what another Hall has settled
   * @throws {WcpError} `ERR_WCP_STORE`
   */
  async append(...entries: readonly JournalEntry[]): Promise<readonly Appended[]> {
    const commit = Math.min(...entries.map(({ since }) => since ?? this.#others.commit));
    const appended = await this.#append(entries, { commit, entries: entries.length });
    const refused = appended[0]?.refused;
    if (refused === 'settled') throw new SettledElsewhere();
    if (refused === 'outdated') throw new Overtaken();
    return appended;
  }

  /** Makes changes durable whoever changed the same rows: what they say rests on nothing else. */
  async overwrite(changes: readonly Change[]): Promise<void> {
    await this.append({ changes, since: ALWAYS });
  }

  async #append(entries: readonly JournalEntry[], basis: Basis): Promise<readonly Appended[]> {
    try {
      const given = entries.map(({ telemetry: _, since: __, ...entry }, index) =>
        index === 0 ? { ...entry, basis } : entry,
      );
      const appended = await this.#commits.append(given);
      this.#failure = null;
      for (const [index, entry] of entries.entries()) this.#publish(entry, appended[index]?.events ?? null);
      return appended;
    } catch (error) {
      this.#failure = error as Error;
      throw error;
    }
  }

  /** Makes changes durable that leave no evidence of their own. */
  async commit(changes: readonly Change[]): Promise<void> {
    await this.append({ changes });
  }

  #publish({ telemetry, events }: JournalEntry, id: number | null): void {
    const published = telemetry ?? events;
    if (id === null || published === undefined || this.#feed.listeners === 0) return;
    this.#feed.publish({ id, tenant_id: published.tenant_id, events: published.list });
  }
}
