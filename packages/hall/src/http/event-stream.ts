import { ProblemError } from '../base/problem.ts';
import type { EventFeed, FeedItem } from '../storage/event-feed.ts';

const HEARTBEAT_MS = 15_000;
/** How long a stream goes on before its reader's permission is checked again. */
const RECHECK_MS = 1_000;
/** A reader that is further behind is cut off, and resumes where it was. */
const MAX_WAITING = 10_000;

/** How far a reader has come: the id of a row of events, and how many events of that row it has seen. */
interface EventId {
  readonly row: number;
  readonly seen: number;
}

/**
 * Reads an id that a stream of this Hall gave to an event; null for the empty text.
 *
 * @throws {ProblemError} `INVALID_QUERY`
 */
export function readEventId(text: string): EventId | null {
  if (text === '') return null;
  const [, row, , seen = '-1'] = /^([0-9]{1,15})(\.([0-9]{1,6}))?$/.exec(text) ?? [];
  if (row === undefined)
    throw new ProblemError('INVALID_QUERY', 'Last-Event-ID is not an id that this Hall gave.');
  return { row: Number(row), seen: text.includes('.') ? Number(seen) : Number.POSITIVE_INFINITY };
}

/** The reader of a stream. */
interface EventReader {
  readonly from: EventId | null;
  /** Whose events; null for those of every tenant. */
  readonly tenant: string | null;
  /** Whether the key or credential that the stream was opened with is still good for it. */
  isStillAllowed(): Promise<boolean>;
}

/** The text of a stream: first what was missed, from the store; then what comes, each event once and in order. */
export async function* followEvents(
  feed: EventFeed,
  live: LiveEvents,
  reader: EventReader,
): AsyncGenerator<string> {
  try {
    yield 'retry: 1000\n: connected\n\n';
    const latest = await feed.latest();
    // An id that this store has not given yet is another store's: nothing of this one was seen.
    const from = reader.from !== null && reader.from.row <= latest ? reader.from : null;
    let checkedAt = performance.now();
    for await (const item of missedThenLive(feed, live, from, latest)) {
      if (performance.now() - checkedAt > RECHECK_MS) {
        if (!(await reader.isStillAllowed())) return;
        checkedAt = performance.now();
      }
      yield item === null ? ': still here\n\n' : textOf(item, reader.tenant, from);
    }
  } finally {
    live.stop();
  }
}

async function* missedThenLive(
  feed: EventFeed,
  live: LiveEvents,
  from: EventId | null,
  latest: number,
): AsyncGenerator<FeedItem | null> {
  if (from !== null) yield* feed.since(from.row - 1, latest);
  for await (const item of live.items) if (item === null || item.id > latest) yield item;
}

function textOf({ id, tenant_id, events }: FeedItem, tenant: string | null, from: EventId | null): string {
  if (tenant !== null && tenant_id !== tenant) return '';
  const seen = from?.row === id ? from.seen : -1;
  return events
    .map((event, index) => ({ event, index }))
    .filter(({ index }) => index > seen)
    .map(({ event, index }) => `id: ${id}.${index}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('');
}

/** What is published from now on. */
interface LiveEvents {
  /** Null where nothing came for a while. */
  readonly items: AsyncGenerator<FeedItem | null>;
  stop(): void;
}

/** Listens to a feed until `stop` is called. */
export function listenTo(feed: EventFeed): LiveEvents {
  const waiting: FeedItem[] = [];
  let wake = () => {};
  let isOver = false;
  const unlisten = feed.listen((item) => {
    waiting.push(item);
    if (waiting.length > MAX_WAITING) isOver = true;
    wake();
  });
  /** Whether the time of a heartbeat came first. */
  const isQuiet = () =>
    new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(true), HEARTBEAT_MS);
      wake = () => {
        clearTimeout(timer);
        resolve(false);
      };
    });
  async function* items(): AsyncGenerator<FeedItem | null> {
    while (!isOver) {
      const item = waiting.shift();
      if (item !== undefined) yield item;
      else if (await isQuiet()) yield null;
    }
  }
  return {
    items: items(),
    stop() {
      isOver = true;
      unlisten();
      wake();
    },
  };
}
