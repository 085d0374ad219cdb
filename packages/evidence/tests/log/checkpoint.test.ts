import { createHash, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { merkleRoot, signCheckpoint } from '../../src/index.ts';
import { readVerifierKey, writeVerifierKey } from '../../src/log/index.ts';
import { key, otherKey } from '../support.ts';

const origin = 'hall.example/log';
const head = { origin, size: 3, root: merkleRoot(['a', 'b', 'c']) };
const keyHash = createHash('sha256')
  .update(Buffer.concat([Buffer.from(`${origin}\n`), Buffer.of(1), Buffer.from(key.publicKey, 'hex')]))
  .digest()
  .subarray(0, 4);

describe('a checkpoint', () => {
  test('A checkpoint is origin, size, root, an empty line and the signature of a signed note.', () => {
    const [first, second, third, empty, line, end, ...more] = signCheckpoint(head, key).split('\n');
    expect([first, second, empty, end, more]).toEqual([origin, '3', '', '', []]);
    expect(`sha256:${Buffer.from(third ?? '', 'base64').toString('hex')}`).toBe(head.root);
    const [dash, name, base64] = (line ?? '').split(' ');
    expect([dash, name]).toEqual(['—', origin]);
    const signature = Buffer.from(base64 ?? '', 'base64');
    expect(signature.subarray(0, 4)).toEqual(keyHash);
    const text = Buffer.from(`${origin}\n3\n${third}\n`);
    expect(verify(null, text, key.exportPublicPem(), signature.subarray(4))).toBe(true);
  });

  test('A checkpoint may be of an empty log.', () => {
    expect(signCheckpoint({ origin, size: 0, root: merkleRoot([]) }, key)).toContain('\n0\n47DEQpj8HBSa+');
  });

  test.each([
    { origin: '' },
    { origin: 'a b' },
    { origin: 'a+b' },
    { origin: 'a\nb' },
    { origin: 'a\u00a0b' },
    { origin: 'a\u0000b' },
    { origin: '\ud800' },
    { origin: null },
    { size: -1 },
    { size: 0.5 },
    { size: 2 ** 53 },
    { size: '3' },
    { root: head.root.slice(7) },
    { root: 'sha256:00' },
    { root: null },
  ])('A checkpoint is not made of %j.', (change) => {
    const refused = expect.objectContaining({ code: 'ERR_WCP_CHECKPOINT' });
    expect(() => signCheckpoint({ ...head, ...change } as never, key)).toThrow(refused);
  });
});

describe('a verifier key', () => {
  test('A verifier key is name, key hash and the base64 of the algorithm and the key.', () => {
    const [name, hash, ...base64] = writeVerifierKey(origin, key.publicKey).split('+');
    expect([name, hash]).toEqual([origin, keyHash.toString('hex')]);
    expect(Buffer.from(base64.join('+'), 'base64').toString('hex')).toBe(`01${key.publicKey}`);
  });

  test('A verifier key is the same after a round trip.', () => {
    for (const { publicKey } of [key, otherKey]) {
      expect(readVerifierKey(writeVerifierKey(origin, publicKey))).toEqual({ origin, publicKey });
    }
  });

  test('A verifier key published with the format is read.', () => {
    const published = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    expect(readVerifierKey(published).origin).toBe('PeterNeumann');
  });

  test.each([
    '',
    'a',
    `${origin}+00000000+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea`,
    writeVerifierKey(origin, key.publicKey).replace('+A', '+B'),
    `${writeVerifierKey(origin, key.publicKey)}\n`,
    writeVerifierKey(origin, key.publicKey).toUpperCase(),
    null,
  ])('A verifier key is not %j.', (text) => {
    const refused = expect.objectContaining({ code: 'ERR_WCP_KEY' });
    expect(() => readVerifierKey(text as never)).toThrow(refused);
  });

  test('A verifier key needs a name without spaces and a key.', () => {
    const refused = expect.objectContaining({ code: 'ERR_WCP_KEY' });
    expect(() => writeVerifierKey('a b', key.publicKey)).toThrow(refused);
    expect(() => writeVerifierKey(origin, 'ff')).toThrow(refused);
  });
});
