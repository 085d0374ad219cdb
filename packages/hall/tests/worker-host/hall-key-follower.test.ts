import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateSigningKey, type SigningKey } from '@wcp/evidence';
import { expect, onTestFinished, test } from 'vitest';
import { createHall, type Hall } from '../../src/index.ts';
import { HallKeyFollower } from '../../src/worker-host/hall-key-follower.ts';

/** A Hall that listens, its keys in memory. */
async function hallWith(key: SigningKey): Promise<{ readonly hall: Hall; readonly url: string }> {
  const key_files = { prepare: async () => generateSigningKey(), complete: async () => {} };
  const hall = await createHall({ key, key_files });
  onTestFinished(() => hall.close());
  const url = await hall.app.listen({ host: '127.0.0.1', port: 0 });
  return { hall, url };
}

/** A server that answers everything in one way. */
async function answering(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const rotate = (hall: Hall) => hall.log.rotateKey();

function follower(hallKeys: readonly string[], ...hallUrls: string[]) {
  const told: string[] = [];
  const log = (_: string, message: string) => void told.push(message);
  return { told, follower: new HallKeyFollower({ hallKeys, hallUrls, log, rest_ms: 0 }) };
}

test('A key is followed over several rotations, and the former one is dropped.', async () => {
  const key = generateSigningKey();
  const { hall, url } = await hallWith(key);
  const { follower: one, told } = follower([key.publicKey], url);
  expect(await one.follow()).toBeNull();
  for (let round = 0; round < 3; round += 1) await rotate(hall);
  expect(await one.follow()).toEqual([hall.log.permit_keys[0]]);
  expect(one.keys.current).not.toContain(key.publicKey);
  expect(told).toEqual([expect.stringContaining('has another key')]);
  await rotate(hall);
  expect(await one.follow()).toEqual([hall.log.permit_keys[0]]);
});

test('Of several Halls each has its own key, and one that is down does not hold up the other.', async () => {
  const keys = [generateSigningKey(), generateSigningKey()] as const;
  const halls = [await hallWith(keys[0]), await hallWith(keys[1])] as const;
  const down = await answering(503, '');
  const given = keys.map(({ publicKey }) => publicKey);
  const { follower: one } = follower(given, down, halls[0].url, halls[1].url);
  await rotate(halls[1].hall);
  expect(await one.follow()).toEqual([keys[0].publicKey, halls[1].hall.log.permit_keys[0]]);
});

test('A history that does not start at the key that was given is refused, and why is said.', async () => {
  const { hall, url } = await hallWith(generateSigningKey());
  await rotate(hall);
  const given = generateSigningKey().publicKey;
  const { follower: one, told } = follower([given], url);
  expect(await one.follow()).toBeNull();
  expect(one.keys.current).toEqual([given]);
  expect(told[0]).toContain('does not follow');
});

test('A key that was revoked before it named the next one is not followed.', async () => {
  const key = generateSigningKey();
  const { hall, url } = await hallWith(key);
  await rotate(hall);
  await hall.log.revokeKey(key.keyId, { position: 0 });
  expect(await follower([key.publicKey], url).follower.follow()).toBeNull();
});

test.each([
  ['an error', 500, '{}'],
  ['no JSON', 200, 'hello'],
  ['another document', 200, '[]'],
  ['a key and no history', 200, JSON.stringify({ permit_key: 'ab'.repeat(32), changes: null })],
  ['more than a history', 200, JSON.stringify({ permit_key: 'x'.repeat(5_000_000), changes: [] })],
])('A server that answers with %s changes nothing.', async (_, status, body) => {
  const given = generateSigningKey().publicKey;
  const { follower: one, told } = follower([given], await answering(status, body));
  expect(await one.follow()).toBeNull();
  expect(one.keys.current).toEqual([given]);
  expect(told).toHaveLength(1);
});

test('Whoever sends permits that nobody signed does not make it ask again and again.', async () => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const hallUrls = [`http://127.0.0.1:${(server.address() as AddressInfo).port}`];
  const one = new HallKeyFollower({ hallKeys: [], hallUrls, log: () => {}, rest_ms: 3_600_000 });
  await Promise.all(Array.from({ length: 20 }, one.follow));
  await one.follow();
  expect(asked).toBe(1);
});
