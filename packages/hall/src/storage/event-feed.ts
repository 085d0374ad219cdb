import type { RouteDecision } from '@wcp/spec';
import type { HallEvent } from '@wcp/spec/hall';
import type { Payloads } from './payload/eraser.ts';
import { rowThere } from './seal/row-there.ts';
import type { EventRow, Store } from './store/store.ts';

/** Events that became durable together. */
export interface FeedItem {
  readonly id: number;
  readonly tenant_id: string | null;
  readonly events: readonly object[];
}

type Listener = (item: FeedItem) => void;

const PAGE = 500;

/** What a feed reads the past with. */
export interface FeedParts {
  readonly payloads: Pick<Payloads, 'lost'>;
  /** The time as the wire writes it. */
  now(): string;
}

/** Sends listeners what became durable, and late listeners what they missed. */
export class EventFeed {
  readonly #store: Store;
  readonly #parts: FeedParts;
  readonly #listeners = new Set<Listener>();
  #isFollowed = false;
  /** The last row that {@link follow} saw. */
  #sent: number | null = null;

  constructor(store: Store, parts: FeedParts) {
    this.#store = store;
    this.#parts = parts;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Called once for each row of events, after its commit. Where {@link follow} is called, that sends them instead. */
  publish(item: FeedItem): void {
    if (!this.#isFollowed) this.#send(item);
  }

  /** Sends what has become durable since the last call, whichever Hall committed it: all events in their order. */
  async follow(): Promise<void> {
    this.#isFollowed = true;
    const latest = await this.latest();
    if (this.listeners > 0 && this.#sent !== null) {
      for await (const item of this.since(this.#sent, latest)) {
        this.#send(item);
        // One by one: what fails in the middle repeats none of them.
        this.#sent = item.id;
      }
    }
    this.#sent = latest;
  }

  #send(item: FeedItem): void {
    for (const listener of this.#listeners) listener(item);
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The events after a row, up to `until`, page by page. */
  async *since(after: number, until: number): AsyncGenerator<FeedItem> {
    for (let at = after; at < until; ) {
      const rows = await this.#store.list('events', { after: at, limit: PAGE });
      for (const row of rows) if (row.id <= until) yield await this.#readOrLost(row);
      const last = rows.at(-1);
      if (last === undefined) return;
      at = last.id;
    }
  }

  /** What nobody can read is not left out without a word. */
  async #readOrLost(row: EventRow): Promise<FeedItem> {
    const item = await this.#read(row);
    if (item.events.length > 0 || row.events !== null) return item;
    const { id, tenant_id, position } = row;
    const { payloads, now } = this.#parts;
    const lost =
      position === null
        ? await payloads.lost('events', { keys: [id] })
        : await payloads.lost('decisions', { keys: [position] });
    if (lost.length === 0) return item;
    const event: HallEvent = {
      event_id: 'org.wcp.hall.events-lost',
      timestamp: now(),
      tenant_id,
      code: 'PAYLOAD_LOST',
    };
    return { ...item, events: [event] };
  }

  async #read({ id, tenant_id, position, events }: EventRow): Promise<FeedItem> {
    if (events !== null) return { id, tenant_id, events: JSON.parse(events) as object[] };
    // No longer held: what came of it stays in the log.
    if (position === null) return { id, tenant_id, events: [] };
    const { decision } = await rowThere(this.#store, 'decisions', position);
    if (decision === null) return { id, tenant_id, events: [] };
    return { id, tenant_id, events: (JSON.parse(decision) as RouteDecision).telemetry_envelopes };
  }

  /** The id of the latest row; 0 where there is none. */
  async latest(): Promise<number> {
    const [last] = await this.#store.list('events', { descending: true, limit: 1 });
    return last?.id ?? 0;
  }
}
