import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { inputFor, RULES } from '../support/documents.ts';
import { type Person, TestHall, type TestHallOptions } from '../support/test-hall.ts';
import { CAPABILITIES } from '../support/workers.ts';

let hall: TestHall;
let port: number;
const open: (() => void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) close();
  await hall.close();
});

async function start(options: TestHallOptions): Promise<void> {
  hall = await TestHall.open(options);
  port = Number(new URL(await hall.hall.app.listen({ port: 0, host: '127.0.0.1' })).port);
}

async function follow(person: Person): Promise<number> {
  const leave = new AbortController();
  open.push(() => leave.abort());
  const answer = await fetch(`http://127.0.0.1:${port}/wcp/events`, {
    headers: hall.authorization(person),
    signal: leave.signal,
  });
  return answer.status;
}

async function speak(text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  open.push(() => socket.destroy());
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const large = (bytes: number) => inputFor('tenant-a', { request: { text: 'x'.repeat(bytes) }, odd: true });

test('A tenant has so many streams open and no more, with all its keys together; others have their own.', async () => {
  await start({ http: { streams: 3 } });
  const people = ['tenant', 'both', 'tenant'] as const;
  expect(await Promise.all(people.map(follow))).toEqual([200, 200, 200]);
  expect(await follow('tenant')).toBe(429);
  expect(hall.hall.parts.feed.listeners).toBe(3);
  expect([await follow('foreigner'), await follow('auditor')]).toEqual([200, 200]);
  // A place is free again once a stream was closed.
  open.shift()?.();
  await expect.poll(() => hall.hall.parts.feed.listeners).toBe(4);
  expect(await follow('tenant')).toBe(200);
});

test('A stream that is refused for another reason takes no place.', async () => {
  await start({ http: { streams: 1 } });
  for (let n = 0; n < 3; n += 1) {
    expect((await hall.get('tenant', '/wcp/events?since=nothing')).status).toBe(400);
  }
  expect(await follow('tenant')).toBe(200);
});

test('A tenant keeps so many bytes a minute with large requests, denied ones too; small ones and other tenants go on.', async () => {
  await start({ http: { request_bytes_per_minute: 3_000_000 } });
  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1)
    statuses.push((await hall.post('tenant', '/wcp/dispatch', large(1_200_000))).status);
  expect(statuses).toEqual([403, 403, 429, 429]);
  const { json } = await hall.post('tenant', '/wcp/route', large(1_200_000));
  expect([json.code, json.detail]).toEqual(['RATE_LIMITED', expect.stringMatching(/Try again in \d+ s/)]);
  expect(await hall.hall.parts.storage.store.count('decisions')).toBe(2);
  expect((await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'))).status).toBe(200);
  expect(
    (await hall.post('foreigner', '/wcp/dispatch', { ...large(1_200_000), tenant_id: 'tenant-b' })).status,
  ).toBe(403);
});

test('A tenant has so many requests on hold and no more, also when it sends many at once and after a restart.', async () => {
  await start({ tenants: { holds: 3 } });
  const send = (person: Person, tenant: string) =>
    hall.post(person, '/wcp/dispatch', inputFor(tenant, { capability_id: CAPABILITIES.held }));
  const answers = await Promise.all(Array.from({ length: 8 }, () => send('tenant', 'tenant-a')));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 202, 202, 429, 429, 429, 429, 429]);
  expect((await hall.get('steward', '/wcp/approvals/pending')).json.items).toHaveLength(3);
  expect((await send('foreigner', 'tenant-b')).status).toBe(202);
  // What needs no human goes on, and each that is resolved makes room for one.
  expect((await hall.post('tenant', '/wcp/dispatch', inputFor('tenant-a'))).status).toBe(200);
  const held = answers.find(({ status }) => status === 202)?.json.decision.decision_id;
  await hall.resolve('steward', held, { resolution: 'deny' });
  expect([(await send('tenant', 'tenant-a')).status, (await send('tenant', 'tenant-a')).status]).toEqual([
    202, 429,
  ]);
});

test('A hold that did not become durable gives its place back.', async () => {
  await start({ tenants: { holds: 1 }, rules: RULES });
  const { store } = hall.hall.parts.storage;
  const transact = store.transact as NonNullable<typeof store.transact>;
  store.transact = () => Promise.reject(new Error('the disk is full'));
  const input = inputFor('tenant-a', { capability_id: CAPABILITIES.held });
  expect((await hall.post('tenant', '/wcp/dispatch', input)).status).toBeGreaterThanOrEqual(500);
  store.transact = transact;
  expect((await hall.post('tenant', '/wcp/dispatch', input)).status).toBe(202);
});

test('Connections that never finish their headers are closed, and health answers while they are there.', async () => {
  await start({ http: { header_timeout_ms: 1_000, streams: 20 } });
  const sockets = await Promise.all(
    Array.from({ length: 400 }, (_, n) =>
      speak(n % 2 === 0 ? '' : 'GET /wcp/health HTTP/1.1\r\nHost: x\r\nX-Slow: '),
    ),
  );
  await Promise.all(Array.from({ length: 40 }, () => follow('tenant')));
  const answer = await fetch(`http://127.0.0.1:${port}/wcp/health`, { signal: AbortSignal.timeout(50_000) });
  expect(answer.status).toBe(200);
  const closed = sockets.map((socket) => (socket.resume().closed ? null : once(socket, 'close')));
  await Promise.all(closed);
  expect(sockets.every(({ destroyed }) => destroyed)).toBe(true);
}, 20_000);
