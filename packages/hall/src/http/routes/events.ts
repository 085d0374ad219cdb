import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { ProblemError } from '../../base/problem.ts';
import { hasRole } from '../../identity/principal.ts';
import type { FeedItem } from '../../storage/event-feed.ts';
import { currentPrincipal, principalOf, READERS, visibleTenant } from '../access.ts';
import type { HallApp } from '../app.ts';
import type { HallParts } from '../hall-parts.ts';
import { answers, closed, textAnswer } from '../wire.ts';

const HEARTBEAT_MS = 15_000;
/** How long a stream may go on before it is asked again whose it is. */
const TRUST_MS = 1_000;
/** How long the reader of a stream that was ended has until its connection is cut. */
const CUT_MS = 200;
/** So many events wait for a slow reader at most; it is cut off then, and comes back to where it was. */
const MAX_WAITING = 10_000;

/** `GET /wcp/events`: every event once it is durable, as server-sent events that can be resumed. */
export function addEventRoutes(app: HallApp, parts: HallParts): void {
  const { feed } = parts;
  const open = new Map<() => void, () => void>();
  app.addHook('preClose', async () => {
    for (const [stop, cut] of open) {
      stop();
      // Whoever doesn't read to the end keeps no Hall from closing.
      setTimeout(cut, CUT_MS).unref();
    }
  });
  app.get(
    '/wcp/events',
    {
      config: { access: READERS },
      schema: {
        operationId: 'followEvents',
        summary: 'Events as they become durable (text/event-stream); resumes after `Last-Event-ID`',
        querystring: closed({
          since: Type.Optional(Type.String({ maxLength: 40, description: 'As Last-Event-ID; 0 for all.' })),
        }),
        headers: Type.Object(
          {
            'last-event-id': Type.Optional(
              Type.String({ maxLength: 40, description: 'The id of the last event that was seen.' }),
            ),
          },
          { additionalProperties: true },
        ),
        response: answers({ 200: textAnswer('text/event-stream', 'A stream of events.') }),
      },
    },
    async (request, reply) => {
      const tenant = visibleTenant(principalOf(request));
      const { since } = request.query;
      const from = readEventId(String(request.headers['last-event-id'] ?? since ?? ''));
      const live = listenTo(feed);
      const reader: Reader = {
        from,
        tenant,
        async isStillThere() {
          const now = await currentPrincipal(parts, request);
          return now !== null && hasRole(now, READERS) && visibleTenant(now) === tenant;
        },
      };
      const stream = Readable.from(follow(feed, live, reader));
      // A generator that waits is not ended from outside: what it waits for is.
      const stop = () => {
        open.delete(stop);
        live.stop();
        stream.destroy();
      };
      open.set(stop, () => reply.raw.destroy());
      reply.raw.on('close', stop);
      if (reply.raw.destroyed) stop();
      return reply
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .type('text/event-stream')
        .send(stream as never);
    },
  );
}

/** Where a reader is: the id of a row of events, and how many of that row it has. */
interface EventId {
  readonly row: number;
  readonly seen: number;
}

function readEventId(text: string): EventId | null {
  if (text === '') return null;
  const [, row, , seen = '-1'] = /^([0-9]{1,15})(\.([0-9]{1,6}))?$/.exec(text) ?? [];
  if (row === undefined)
    throw new ProblemError('INVALID_QUERY', 'Last-Event-ID is not an id that this Hall gave.');
  return { row: Number(row), seen: text.includes('.') ? Number(seen) : Number.POSITIVE_INFINITY };
}

/** Whoever follows. */
interface Reader {
  readonly from: EventId | null;
  /** Whose events; null for those of all. */
  readonly tenant: string | null;
  /** Whether the key or credential that the stream was opened with still opens anything. */
  isStillThere(): Promise<boolean>;
}

/** First what was missed, out of the store; then what comes, each once and in its order. */
async function* follow(feed: HallParts['feed'], live: Live, reader: Reader): AsyncGenerator<string> {
  try {
    yield 'retry: 1000\n: connected\n\n';
    const latest = await feed.latest();
    // An id that this store has not given yet is another store's: nothing of this one was seen.
    const from = reader.from !== null && reader.from.row <= latest ? reader.from : null;
    let trustedAt = performance.now();
    for await (const item of missedThenLive(feed, live, from, latest)) {
      if (performance.now() - trustedAt > TRUST_MS) {
        if (!(await reader.isStillThere())) return;
        trustedAt = performance.now();
      }
      yield item === null ? ': still here\n\n' : textOf(item, reader.tenant, from);
    }
  } finally {
    live.stop();
  }
}

async function* missedThenLive(
  feed: HallParts['feed'],
  live: Live,
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

interface Live {
  /** What is published from now on; null where nothing came for a while. */
  readonly items: AsyncGenerator<FeedItem | null>;
  stop(): void;
}

function listenTo(feed: HallParts['feed']): Live {
  const waiting: FeedItem[] = [];
  let wake = () => {};
  let isOver = false;
  const stop = feed.listen((item) => {
    waiting.push(item);
    if (waiting.length > MAX_WAITING) isOver = true;
    wake();
  });
  async function* items(): AsyncGenerator<FeedItem | null> {
    while (!isOver) {
      const item = waiting.shift();
      if (item !== undefined) {
        yield item;
        continue;
      }
      const isLate = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(true), HEARTBEAT_MS);
        wake = () => {
          clearTimeout(timer);
          resolve(false);
        };
      });
      if (isLate) yield null;
    }
  }
  return {
    items: items(),
    stop() {
      isOver = true;
      stop();
      wake();
    },
  };
}
