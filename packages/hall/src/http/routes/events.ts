import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { FeedItem } from '../../events/event-feed.ts';
import type { HallParts } from '../../hall.ts';
import { Refusal } from '../../refusal.ts';
import { principalOf, READERS, visibleTenant } from '../access.ts';
import type { HallApp } from '../app.ts';
import { closed } from '../wire.ts';

const HEARTBEAT_MS = 15_000;
/** So many events wait for a slow reader at most; it is cut off then, and comes back to where it was. */
const MOST_WAITING = 10_000;

/** `GET /wcp/events`: every event once it is durable, as server-sent events that can be resumed. */
export function addEventRoutes(app: HallApp, { feed }: HallParts): void {
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
        produces: ['text/event-stream'],
        response: { 200: { type: 'string', description: 'A stream of events.' } },
      } as never,
    },
    async (request, reply) => {
      const tenant = visibleTenant(principalOf(request));
      const { since } = request.query as { since?: string };
      const from = readEventId(String(request.headers['last-event-id'] ?? since ?? ''));
      const stream = Readable.from(follow(feed, from, tenant));
      reply.raw.on('close', () => stream.destroy());
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
    throw new Refusal('INVALID_QUERY', 'Last-Event-ID is not an id that this Hall gave.');
  return { row: Number(row), seen: text.includes('.') ? Number(seen) : Number.POSITIVE_INFINITY };
}

/** First what was missed, out of the store; then what comes, each once and in its order. */
async function* follow(
  feed: HallParts['feed'],
  from: EventId | null,
  tenant: string | null,
): AsyncGenerator<string> {
  const live = listenTo(feed);
  try {
    yield ': connected\n\n';
    const latest = await feed.latest();
    let told = from === null ? latest : from.row - 1;
    for await (const item of feed.since(told, latest)) {
      yield textOf(item, tenant, from);
      told = item.id;
    }
    told = Math.max(told, latest);
    for await (const item of live.items) {
      if (item === null) yield ': still here\n\n';
      else if (item.id > told) {
        yield textOf(item, tenant, from);
        told = item.id;
      }
    }
  } finally {
    live.stop();
  }
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

/** What is published from now on; null where nothing came for a while. */
function listenTo(feed: HallParts['feed']) {
  const waiting: FeedItem[] = [];
  let wake = () => {};
  let isOver = false;
  const stop = feed.listen((item) => {
    waiting.push(item);
    if (waiting.length > MOST_WAITING) isOver = true;
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
