import type { EventFeed } from './event-feed.ts';
import type { EvidenceStorage } from './evidence/evidence-storage.ts';
import type { Appended, Entry } from './ledger/entry.ts';
import { GroupCommit } from './ledger/group-commit.ts';
import type { Change } from './store/store.ts';

/** An entry, and the events of its decision, which the ledger reads out of the decision itself. */
export type JournalEntry = Entry & {
  readonly telemetry?: { readonly tenant_id: string | null; readonly list: readonly object[] };
};

/** The one way to make something durable. Events are published only once they are. */
export class Journal {
  readonly #commits: GroupCommit;
  readonly #feed: EventFeed;
  /** The error of the last commit; null where it succeeded. */
  #failure: Error | null = null;

  constructor(storage: EvidenceStorage, feed: EventFeed) {
    this.#commits = new GroupCommit(storage.ledger);
    this.#feed = feed;
  }

  /** Why nothing can be made durable now; null where it can. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** All of the entries or none. Rejects with a `WcpError` `ERR_WCP_STORE`. */
  async append(...entries: readonly JournalEntry[]): Promise<readonly Appended[]> {
    try {
      const appended = await this.#commits.append(entries.map(({ telemetry: _, ...entry }) => entry));
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
