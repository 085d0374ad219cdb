import { expect, test } from 'vitest';
import { followLogKey } from '../../src/log/index.ts';
import { hostileValues } from '../support.ts';
import { keyOf, RotatedLog } from './rotated-log.ts';

const key = (index: number) => keyOf(index).publicKey;
const changesOf = ({ receipts }: RotatedLog) =>
  receipts
    .map((receipt, position) => ({ receipt, position }))
    .filter(({ receipt }) => receipt.kind === 'key');

async function rotated(times: number): Promise<RotatedLog> {
  const log = new RotatedLog();
  for (let round = 0; round < times; round += 1) await log.append().rotate();
  return log;
}

test('The key in force follows from the first key, and from each later one.', async () => {
  const changes = changesOf(await rotated(3));
  for (const from of [0, 1, 2]) expect(followLogKey(key(from), changes)).toBe(key(3));
  expect(followLogKey(key(0).toUpperCase(), changes)).toBe(key(3));
});

test('Nothing follows from the key in force itself, from a key of another log, or from what is none.', async () => {
  const changes = changesOf(await rotated(2));
  for (const from of [key(2), key(9), '', null, 'x']) expect(followLogKey(from, changes)).toBeNull();
});

test('A history with a gap leads to the key before the gap, never past it.', async () => {
  const [one, , three] = changesOf(await rotated(3));
  expect(followLogKey(key(0), [one, three])).toBe(key(1));
  expect(followLogKey(key(0), [three])).toBeNull();
});

test('A key that was revoked before it named the next one leads nowhere: a thief could have named that.', async () => {
  const stolen = (await rotated(2)).revoke(0, 0).append();
  expect(followLogKey(key(0), changesOf(stolen))).toBeNull();
  expect(followLogKey(key(1), changesOf(stolen))).toBe(key(2));
  const atTheEnd = (await rotated(2)).revoke(0, 2).append();
  expect(followLogKey(key(0), changesOf(atTheEnd))).toBe(key(2));
});

test('Two receipts for one position, an order that is none, and changed receipts lead nowhere.', async () => {
  const [one, two] = changesOf(await rotated(2));
  expect(followLogKey(key(0), [one, { ...two, position: one?.position }])).toBeNull();
  expect(followLogKey(key(0), [two, one])).toBeNull();
  const changed = { ...one, receipt: { ...one?.receipt, key: { ...one?.receipt.key, public_key: key(9) } } };
  expect(followLogKey(key(0), [changed, two])).toBeNull();
});

test('No value makes it throw.', () => {
  for (const value of hostileValues()) {
    expect(followLogKey(value, [])).toBeNull();
    expect(followLogKey(key(0), value)).toBeNull();
    expect(followLogKey(key(0), [value])).toBeNull();
  }
});
