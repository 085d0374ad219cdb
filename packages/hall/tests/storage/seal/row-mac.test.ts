import { createHmac, hkdfSync } from 'node:crypto';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { expect, test } from 'vitest';
import { RowMac } from '../../../src/storage/seal/row-mac.ts';
import { deriveStoreKey } from '../../../src/storage/seal/store-key.ts';

const SEED = '07'.repeat(32);
const ORIGIN = 'hall.example/log';
const key = signingKeyFromSeed(SEED);
const macOf = (signing = key, origin = ORIGIN) => new RowMac(deriveStoreKey(signing, origin));
const mac = macOf();
const row = { id: 'a', state: 'b', at: '', document: '{"é":"\u2028"}' };
const hexOf = (each: Record<string, unknown>, of = mac) => of.of('freezes', each).toString('hex');

test('The code of a row is HMAC-SHA-256 with a key that HKDF derives from the seed and the origin.', () => {
  const derived = hkdfSync('sha256', Buffer.from(SEED, 'hex'), ORIGIN, 'wcp-store-row.v1', 32);
  const text = 'freezes|s1:a|s1:b|s0:|s9:{"é":"\u2028"}';
  const expected = createHmac('sha256', Buffer.from(derived).toString('hex')).update(text).digest('hex');
  expect(hexOf(row)).toBe(expected);
});

test('No other table, column, key or log has the same code.', () => {
  const others = [
    mac.of('workers', row).toString('hex'),
    hexOf({ ...row, id: 'b' }),
    // What moves from one column to the next is another row.
    hexOf({ ...row, state: 'b|s0:', at: '' }),
    hexOf({ ...row, id: 'ab', state: '' }),
    hexOf({ ...row, at: null }),
    hexOf({ ...row, at: 0 }),
    hexOf({ ...row, at: '0' }),
    hexOf({ ...row, at: new Uint8Array() }),
    hexOf(row, macOf(key, 'other.example/log')),
    hexOf(row, macOf(signingKeyFromSeed('08'.repeat(32)))),
  ];
  expect(new Set([hexOf(row), ...others]).size).toBe(others.length + 1);
});

test('A number of any size, bytes and null each have their code.', () => {
  const head = { stream: 's', receipt_hash: 'h' };
  const codes = [0, 1, -1, 2 ** 53 - 1, null].map((seq) => mac.of('heads', { ...head, seq }).toString('hex'));
  const leaves = [[], [0], [0, 0]].map((bytes) =>
    mac.of('nodes', { place: 1, hash: Uint8Array.from(bytes) }).toString('hex'),
  );
  expect(new Set([...codes, ...leaves]).size).toBe(8);
});

test('What a row adds to the sum of its table cannot be computed from its code without the key.', () => {
  const code = mac.of('freezes', row);
  const other = macOf(signingKeyFromSeed('08'.repeat(32)));
  expect(mac.share('freezes', code)).toBe(mac.share('freezes', Uint8Array.from(code)));
  expect(mac.share('freezes', code)).not.toBe(other.share('freezes', code));
  expect(mac.share('freezes', code)).not.toBe(mac.share('workers', code));
  expect(mac.share('freezes', code)).not.toBe(BigInt(`0x${code.toString('hex')}`));
});
