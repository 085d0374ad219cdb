import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/index.ts';
import { normaliseHash } from '../../src/json/index.ts';

const HEX = '0123456789abcdef'.repeat(4);

describe('A hash is written sha256: and 64 lower-case hex digits', () => {
  test('The hashes of the known vectors are right.', () => {
    expect(sha256('')).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256('abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  test('A text and its UTF-8 bytes have the same hash.', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(sha256(text)).toBe(`sha256:${createHash('sha256').update(text, 'utf8').digest('hex')}`);
        expect(sha256(new TextEncoder().encode(text))).toBe(sha256(text));
      }),
    );
  });
});

describe('Bare 64 hex is accepted and prefixed', () => {
  test.each([
    [HEX, `sha256:${HEX}`],
    [`sha256:${HEX}`, `sha256:${HEX}`],
  ])('The hash %s is read with its prefix.', (written, canonical) => {
    expect(normaliseHash(written)).toBe(canonical);
  });

  test.each([
    '',
    'sha256:',
    HEX.toUpperCase(),
    `sha256:${HEX.toUpperCase()}`,
    `SHA256:${HEX}`,
    `sha512:${HEX}`,
    `sha256:sha256:${HEX}`,
    HEX.slice(1),
    `${HEX}0`,
    `${HEX}\n`,
    ` ${HEX}`,
    `${HEX.slice(1)}g`,
    null,
    undefined,
    1,
    [HEX],
    { toString: () => HEX },
  ])('%j is not a hash', (value) => {
    expect(normaliseHash(value)).toBeNull();
  });
});
