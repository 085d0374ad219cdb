import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DeliveryCall } from '../../src/delivery/delivery.ts';
import { createHall } from '../../src/index.ts';
import { inputFor, RULES } from '../support/documents.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { TestHall } from '../support/test-hall.ts';
import { ACME, answerOf, FakeDelivery, recordOf } from '../support/workers.ts';

async function openListening() {
  const delivery = new FakeDelivery(recordOf(ACME));
  const hall = await createHall({ rules: RULES, workers: [{ delivery }] });
  const url = await hall.app.listen({ port: 0, host: '127.0.0.1' });
  const dispatch = () =>
    fetch(`${url}/wcp/dispatch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(inputFor('tenant-a')),
    });
  return { hall, url, delivery, dispatch };
}

test('A dispatch that is under way when a Hall closes is completed and answered.', async () => {
  const { hall, delivery, dispatch } = await openListening();
  const calls = new EventEmitter();
  delivery.answer = async () => {
    calls.emit('begun');
    await once(calls, 'end');
    return { status: 'ok', result: answerOf('done'), code: null, duration_ms: 1 };
  };
  const begun = once(calls, 'begun');
  const answer = dispatch();
  await begun;
  const closed = hall.close();
  setTimeout(() => calls.emit('end'), 50);
  const response = await answer;
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    result: { result: 'done' },
    outcome_receipt: { kind: 'outcome' },
  });
  await closed;
});

test('Event streams end when a Hall closes.', async () => {
  const { hall, url } = await openListening();
  const response = await fetch(`${url}/wcp/events`);
  expect(response.status).toBe(200);
  const text = response.text();
  await hall.close();
  expect(await text).toContain(': connected');
});

test('An open Hall serves only the names of this machine.', async () => {
  const { hall } = await openListening();
  const ask = (host: string) => hall.app.inject({ url: '/wcp/workers', headers: { host } });
  for (const host of ['localhost', 'LOCALHOST:7420', '127.0.0.1:7420', '[::1]:7420']) {
    expect((await ask(host)).statusCode).toBe(200);
  }
  for (const host of ['evil.example', 'localhost.evil.example:7420', '127.0.0.1.evil.example', '10.0.0.1']) {
    expect((await ask(host)).statusCode).toBe(401);
  }
  await hall.close();
});

/** A Hall on disk whose worker answers once it is stopped, and a followed dispatch that is under way. */
async function openFollowed(tell: (call: DeliveryCall) => void = () => {}) {
  const hall = await TestHall.open({ file: join(tempFolder(), 'store.db') });
  const url = await hall.hall.app.listen({ port: 0, host: '127.0.0.1' });
  const begun = new Promise<void>((resolve) => {
    hall.delivery.answer = (call) => {
      tell(call);
      resolve();
      const end = { status: 'unknown', result: null, code: 'DELIVERY_CANCELLED', duration_ms: 1 } as const;
      return new Promise((answer) => call.signal?.addEventListener('abort', () => answer(end)));
    };
  });
  const body = JSON.stringify(inputFor('tenant-a'));
  const headers = { 'content-type': 'application/json', ...hall.authorization('tenant') };
  return { hall, url, begun, headers, body };
}

/** What the receipts say of the one dispatch, once the Hall runs again. */
async function outcomeAfterRestart(hall: TestHall): Promise<unknown> {
  await hall.restart();
  const { json: list } = await hall.get('tenant', '/wcp/decisions');
  const { json } = await hall.get('tenant', `/wcp/decisions/${list.items[0].decision.decision_id}`);
  await hall.close();
  return json.receipts.map(({ kind, outcome }: { kind: string; outcome?: object }) => outcome ?? kind);
}
const KEPT = ['decision', expect.objectContaining({ status: 'unknown' })];

test('A dispatch that its caller follows is cancelled when a Hall closes, and its outcome is on disk.', async () => {
  const { hall, url, begun, headers, body } = await openFollowed();
  const followed = await fetch(`${url}/wcp/dispatch/stream`, { method: 'POST', headers, body });
  await begun;
  const read = followed.text().then(
    (text) => text,
    (error: Error) => error.message,
  );
  await hall.hall.close(100);
  expect(await read).not.toContain('event: answer');
  expect(await outcomeAfterRestart(hall)).toEqual(KEPT);
});

test('A caller that follows a dispatch and reads nothing of it does not keep a Hall from closing.', async () => {
  const { hall, url, begun, headers, body } = await openFollowed(({ onProgress }) => {
    for (let step = 0; step < 100; step += 1) onProgress?.({ message: 'x'.repeat(60_000) });
  });
  const socket = connect(Number(new URL(url).port), '127.0.0.1').pause();
  const length = { 'content-length': String(Buffer.byteLength(body)), host: new URL(url).host };
  const lines = Object.entries({ ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST /wcp/dispatch/stream HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  await begun;
  await hall.hall.close(100);
  socket.destroy();
  expect(await outcomeAfterRestart(hall)).toEqual(KEPT);
});
