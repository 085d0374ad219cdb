import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import { createHall } from '../../src/index.ts';
import { inputFor, RULES } from '../support/documents.ts';
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
