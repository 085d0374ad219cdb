import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inexactNumber } from '../../src/json/index.ts';

describe('An integer that no double holds', () => {
  test.each([
    ['9007199254740993', ''],
    ['-9007199254740993', ''],
    ['12345678901234567890', ''],
    ['9007199254740993.0', ''],
    ['9007199254740993e0', ''],
    ['9.007199254740993E15', ''],
    ['90071992547409930e-1', ''],
    ['{"a":{"b/c~":[1,[2],9007199254740993]}}', '/a/b~1c~0/2'],
    ['[{"n":1},{"n":{}},{"m":"x","n":9007199254740993}]', '/2/n'],
    ['{"\\u0061":9007199254740993}', '/a'],
    ['{"a\\"9007199254740993":9007199254740995}', '/a"9007199254740993'],
    ['[ 1 , 9007199254740993 ]', '/1'],
    [`1${'0'.repeat(307)}1`, ''],
  ])('An integer that no double holds is found, with its path: %s', (text, path) => {
    expect(inexactNumber(text)).toMatchObject({ path, code: 'NUMBER_NOT_EXACT' });
  });

  test.each([
    '9007199254740991',
    '9007199254740992',
    '9007199254740994',
    '100000000000000000000',
    '1e21',
    '1e308',
    '1e400',
    '-1e22',
    '"9007199254740993"',
    '{"9007199254740993":"90071992547409931234"}',
    '0.12345678901234567890',
    '9007199254740993.5',
    '123456789012345678901234567890e-20',
    '"\\\\9007199254740993"',
    '[]',
    '',
    '[0000000000000000000000000000, -]',
  ])('Nothing is found in %s', (text) => {
    expect(inexactNumber(text)).toBeNull();
  });

  test('An inexact integer is found exactly where a reader with big integers would differ.', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 70n), 2n ** 70n), (integer) => {
        expect(inexactNumber(String(integer)) === null).toBe(BigInt(Number(integer)) === integer);
      }),
    );
  });

  test('The search costs no more than reading, however the text is written.', () => {
    const zeros = '0'.repeat(1_000_000);
    for (const text of [
      `0.${zeros}1e1000017`,
      `1${zeros}`,
      `0.1${zeros}1`,
      `"${'\\\\'.repeat(500_000)}1234567890123456"`,
    ]) {
      expect(inexactNumber(text)).toBeNull();
    }
  });
});
