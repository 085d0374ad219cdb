import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createHallClient, type HallClient, type ReceivedEvent } from '../src/index.ts';
import { fakeServer, json, problem } from './support/fake-server.ts';
import { inputFor, RealHall } from './support/real-hall.ts';

const EVENTS_OF_A_DISPATCH = 5;

/** The first events of a stream, which is then left. */
async function take(hall: HallClient, count: number, since?: string): Promise<ReceivedEvent[]> {
  const received: ReceivedEvent[] = [];
  for await (const event of hall.events({ since })) {
    received.push(event);
    if (received.length === count) break;
  }
  return received;
}

function stream(response: ServerResponse, text: string | Buffer): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(text);
}
const message = (id: string) => `id: ${id}\ndata: {"event_id":"org.wcp.hall.frozen","n":"${id}"}\n\n`;

describe('the events of a Hall', () => {
  test('Events come as they become durable, and from any id on.', async () => {
    const hall = await RealHall.open();
    const tenant = hall.as('tenant');
    const { decision } = await tenant.dispatch(inputFor());
    const all = await take(tenant, EVENTS_OF_A_DISPATCH, '0');
    expect(all.map(({ event }) => event.event_id)).toContain('evt.worker.executed');
    expect(all[0]?.event).toMatchObject({ decision_id: decision.decision_id });
    const [next] = await take(tenant, 1, all[2]?.id);
    expect(next).toEqual(all[3]);
  });

  test('A stream goes on after a cut, with each event once and in order.', async () => {
    const hall = await RealHall.open();
    const tenant = hall.as('tenant');
    await tenant.dispatch(inputFor());
    const received: ReceivedEvent[] = [];
    for await (const event of tenant.events({ since: '0' })) {
      received.push(event);
      if (received.length === EVENTS_OF_A_DISPATCH) {
        hall.hall.app.server.closeAllConnections();
        await tenant.dispatch(inputFor(), { idempotencyKey: 'after-the-cut' });
      }
      if (received.length === 2 * EVENTS_OF_A_DISPATCH) break;
    }
    const ids = received.map(({ id }) => id);
    expect(new Set(ids).size).toBe(2 * EVENTS_OF_A_DISPATCH);
    expect(ids.map(Number)).toEqual(ids.map(Number).toSorted((a, b) => a - b));
  });

  test('The iteration ends with the signal, without an error.', async () => {
    const hall = await RealHall.open();
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const received: ReceivedEvent[] = [];
    for await (const event of hall.as('auditor').events({ signal: controller.signal })) received.push(event);
    expect(received).toEqual([]);
  });

  test('The iteration ends in a problem once the key is revoked.', async () => {
    const hall = await RealHall.open();
    const admin = hall.as('admin');
    const { key, key_id } = await admin.createKey({ label: 'brief', roles: ['auditor'] });
    const brief = createHallClient({ url: hall.url, key });
    const read = async () => {
      for await (const _ of brief.events({ since: '0' })) await admin.revokeKey({ key_id });
    };
    await hall.as('tenant').dispatch(inputFor());
    const dispatching = setInterval(() => void hall.as('tenant').route(inputFor()), 300);
    await expect(read())
      .rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
      .finally(() => clearInterval(dispatching));
  });
});

describe('a stream that is not as it should be', () => {
  test('A stream resumes after the last whole message, whatever it broke off in.', async () => {
    const { url, requests } = await fakeServer((response, index) => {
      stream(
        response,
        index === 0 ? `retry: 1\n\n${message('1')}: still here\n\nid: 2\ndata: {"ev` : message('2'),
      );
      if (index === 0) setTimeout(() => response.destroy(), 20);
    });
    const received = await take(createHallClient({ url }), 2);
    expect(received.map(({ id }) => id)).toEqual(['1', '2']);
    expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1']);
  });

  test('A message may come in pieces, with any ends of lines, and on several lines.', async () => {
    const text = 'id:1\r\ndata:{"event_id":\r\ndata: "a"}\r\n\r\nid: 2\rdata: {"event_id":"b"}\r\r';
    const { url } = await fakeServer((response) => {
      stream(response, '');
      for (const [n, piece] of [...text].entries()) setTimeout(() => response.write(piece), n);
    });
    const received = await take(createHallClient({ url }), 2);
    expect(received).toEqual([
      { id: '1', event: { event_id: 'a' } },
      { id: '2', event: { event_id: 'b' } },
    ]);
  });

  test.each([
    ['no JSON', 'id: 1\ndata: {\n\n'],
    ['an id that no header can carry', 'id: é\ndata: {"event_id":"a"}\n\n'],
    ['no event', 'id: 1\ndata: {"a":1}\n\n'],
    ['no id', 'data: {"event_id":"a"}\n\n'],
    ['no end', `data: ${'x'.repeat(2_000_000)}`],
    ['more than 1,000 levels', `id: 1\ndata: {"event_id":${'['.repeat(1001)}${']'.repeat(1001)}}\n\n`],
    ['bytes that are not UTF-8', Buffer.from('id: 1\ndata: {"event_id":"\xff"}\n\n', 'latin1')],
    ['a byte order mark before it', '\ufeffid: 1\ndata: {"event_id":"a"}\n\n'],
  ])('A message with %s shows that the server is not a Hall.', async (_, text) => {
    const { url } = await fakeServer((response) => stream(response, text));
    await expect(take(createHallClient({ url }), 1)).rejects.toMatchObject({ code: 'ERR_WCP_NOT_A_HALL' });
  });

  test('A web page in place of the stream shows that the server is not a Hall.', async () => {
    const { url } = await fakeServer((response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>');
    });
    await expect(take(createHallClient({ url }), 1)).rejects.toMatchObject({ code: 'ERR_WCP_NOT_A_HALL' });
  });

  test('A Hall that is busy is tried again; one that never answers is not waited for long.', async () => {
    const busy = await fakeServer((response, index) =>
      index === 0 ? json(response, 503, problem(503, 'STORE_FAILED')) : stream(response, message('1')),
    );
    expect(await take(createHallClient({ url: busy.url }), 1)).toHaveLength(1);
    const gone = await fakeServer((response) => response.destroy());
    const hall = createHallClient({ url: gone.url, retries: 1 });
    await expect(take(hall, 1)).rejects.toMatchObject({ code: 'ERR_WCP_HALL_UNREACHABLE' });
    expect(gone.requests).toHaveLength(2);
  });

  test('A since that is not an id of an event is refused before anything is sent.', async () => {
    const fetch = () => Promise.reject(new Error('it was sent'));
    const hall = createHallClient({ url: 'http://hall.test', fetch });
    await expect(take(hall, 1, 'a b')).rejects.toMatchObject({ code: 'ERR_WCP_HALL' });
  });

  test('Leaving the loop closes the connection.', async () => {
    let isClosed = false;
    const { url } = await fakeServer((response) => {
      response.on('close', () => {
        isClosed = true;
      });
      stream(response, message('1'));
    });
    await take(createHallClient({ url }), 1);
    for (let n = 0; n < 100 && !isClosed; n += 1) await new Promise((next) => setTimeout(next, 10));
    expect(isClosed).toBe(true);
  });
});
