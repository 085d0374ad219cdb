import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pruneIdempotency } from '../../src/dispatch/idempotency-store.ts';
import { partsOf } from '../../src/hall/create-hall.ts';
import { createHall, type Hall } from '../../src/index.ts';
import type { Change } from '../../src/storage/store/store.ts';
import { countingWorker, RULES, request } from '../failure/support.ts';

let folder: string;
let hall: Hall;
let key: string;
let executed: readonly string[];
const signer = generateSigningKey();

async function open(): Promise<void> {
  const worker = countingWorker();
  executed = worker.executed;
  hall = await createHall({
    file: join(folder, 'store.db'),
    key: signer,
    rules: RULES,
    workers: [{ delivery: worker.delivery }],
  });
  const made = await hall.identity.keys.create({
    label: 'a',
    roles: ['tenant'],
    tenant_id: 'tenant-a',
    authority: null,
  });
  key = made.key;
}
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wcp-idempotency-'));
  await open();
});
afterEach(async () => {
  await hall.close();
  rmSync(folder, { recursive: true });
});

const post = (payload: object, name?: string) =>
  hall.app.inject({
    method: 'POST',
    url: '/wcp/dispatch',
    payload,
    headers: { authorization: `Bearer ${key}`, ...(name !== undefined && { 'idempotency-key': name }) },
  });

test('With an Idempotency-Key, repeating the same request repeats the first answer.', async () => {
  const first = await post(request(1), 'key-1');
  const second = await post(request(1), 'key-1');
  expect(first.statusCode).toBe(200);
  expect(second.json()).toEqual(first.json());
  expect(executed).toHaveLength(1);
  expect((await post(request(1), 'key-2')).json()).not.toEqual(first.json());
  expect((await post(request(1))).statusCode).toBe(200);
  expect(executed).toHaveLength(3);
});

test('Two equal requests that arrive at the same time are dispatched once.', async () => {
  const [one, two] = await Promise.all([post(request(1), 'key-1'), post(request(1), 'key-1')]);
  expect(two.json()).toEqual(one.json());
  expect(executed).toHaveLength(1);
});

test('Another request under the same key is refused.', async () => {
  await post(request(1), 'key-1');
  const other = await post(request(2), 'key-1');
  expect(other.statusCode).toBe(422);
  expect(other.json()).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
  expect(executed).toHaveLength(1);
});

test('A request with its members in another order, or written differently, is the same request.', async () => {
  const first = await post(request(1), 'key-1');
  const reversed = Object.fromEntries(Object.entries(request(1)).toReversed());
  expect((await post(reversed, 'key-1')).json()).toEqual(first.json());
  const numbered = { ...request(1), request: { padding: 1 } };
  const written = JSON.stringify(numbered, null, 2);
  const payload = written.replace('"env"', '"\\u0065nv"').replace('"padding": 1', '"padding": 1.0e0');
  const headers = {
    authorization: `Bearer ${key}`,
    'idempotency-key': 'key-2',
    'content-type': 'application/json',
  };
  const rewritten = await hall.app.inject({ method: 'POST', url: '/wcp/dispatch', payload, headers });
  expect((await post(numbered, 'key-2')).json()).toEqual(rewritten.json());
  expect(executed).toHaveLength(2);
});

test('Two requests without canonical JSON under one key are told apart by their text.', async () => {
  const send = (text: string) =>
    hall.app.inject({
      method: 'POST',
      url: '/wcp/dispatch',
      payload: JSON.stringify(request(1)).replace('{', `{"x":${text},`),
      headers: {
        authorization: `Bearer ${key}`,
        'idempotency-key': 'key-1',
        'content-type': 'application/json',
      },
    });
  const first = await send('1e999');
  expect(first.json().decision.deny_code).toBe('DENY_INVALID_INPUT');
  expect((await send('1e999')).json()).toEqual(first.json());
  expect((await send('"\\ud800"')).json()).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
});

test('The first answer is repeated after a restart, and so is a denial.', async () => {
  const first = await post(request(1), 'key-1');
  const denied = await post({ ...request(1), capability_id: 'cap.web.fetch' }, 'key-2');
  expect(denied.statusCode).toBe(403);
  await hall.close();
  await open();
  expect((await post(request(1), 'key-1')).json()).toEqual(first.json());
  const again = await post({ ...request(1), capability_id: 'cap.web.fetch' }, 'key-2');
  expect(again.statusCode).toBe(403);
  expect(again.json()).toEqual(denied.json());
  expect(executed).toHaveLength(0);
});

test('A malformed Idempotency-Key is refused.', async () => {
  expect((await post(request(1), 'x'.repeat(256))).statusCode).toBe(400);
  expect((await post(request(1), 'with space')).statusCode).toBe(400);
  expect(executed).toHaveLength(0);
});

test('A key is forgotten after two days, with the result that was kept for it; the evidence stays.', async () => {
  await post(request(1), 'key-1');
  const { store } = partsOf(hall).storage;
  const commit = (changes: readonly Change[]) => partsOf(hall).journal.commit(changes);
  const DAY_MS = 86_400_000;
  await pruneIdempotency(store, Date.now() + DAY_MS, commit);
  expect(await store.count('idempotency')).toBe(1);
  await pruneIdempotency(store, Date.now() + 2 * DAY_MS, commit);
  expect([await store.count('idempotency'), await store.count('results')]).toEqual([0, 0]);
  expect(await store.count('decisions')).toBe(1);
});
