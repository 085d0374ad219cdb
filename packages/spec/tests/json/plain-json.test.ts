import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/index.ts';
import { writePlain } from '../../src/json/plain-json.ts';

test('The functions writePlain and canonicalJson write plain data the same.', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constant('"\\\u0000\u2028'));
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.constant(-0),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(text, tie('json'), { maxKeys: 14 }),
    ),
  }));
  fc.assert(
    fc.property(json, (value) => {
      expect(writePlain(value)).toBe(canonicalJson(value));
    }),
  );
});

test('The function writePlain throws where canonicalJson throws.', () => {
  for (const value of [
    '\ud800',
    { a: ['\udfff'] },
    { '\ud800': 1 },
    Number.NaN,
    [Number.POSITIVE_INFINITY],
  ]) {
    expect(() => writePlain(value)).toThrowError(expect.objectContaining({ code: 'ERR_WCP_CANONICAL_JSON' }));
  }
});
