import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WcpError } from '../../src/index.ts';
import { parseJson, parseUniqueJson } from '../../src/json/index.ts';

const refused = (text: string): void => {
  expect(() => parseJson(text)).toThrow(WcpError);
  expect(() => parseJson(text)).toThrow(expect.objectContaining({ code: 'ERR_WCP_CANONICAL_JSON' }));
};

describe('JSON text is read as I-JSON asks', () => {
  test.each<[string, unknown]>([
    ['{"a":1,"b":{"a":1,"b":[{"a":1},{"a":1}]}}', { a: 1, b: { a: 1, b: [{ a: 1 }, { a: 1 }] } }],
    [' [ "a" , "a" , "b:c" ] ', ['a', 'a', 'b:c']],
    ['{"a":"a","b":"a"}', { a: 'a', b: 'a' }],
    ['{"\\"a":1,"a":2}', { '"a': 1, a: 2 }],
    ['{"a\\\\":1,"a":2}', { 'a\\': 1, a: 2 }],
    ['{"{":1,"}":{"{":2},"[":3,"]":4,":":5}', { '{': 1, '}': { '{': 2 }, '[': 3, ']': 4, ':': 5 }],
    ['"\\ud83d\\ude00"', '😀'],
    ['-0', -0],
    ['null', null],
  ])('The text is read as JSON: %s', (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  test.each([
    ['at the top', '{"a":1,"a":1}'],
    ['with other members between', '{"a":1,"b":2,"a":1}'],
    ['in an object of an object', '{"x":{"a":1,"a":2}}'],
    ['in an object of a list', '[[{"b":[]},{"a":1,"a":2}]]'],
    ['after a container', '{"a":{"b":[1]},"a":2}'],
    ['spelled with an escape', '{"a":1,"\\u0061":2}'],
    ['spelled with escapes of either case', '{"\\u00AF":1,"\\u00af":2}'],
    ['with a solidus that is escaped', '{"/":1,"\\/":2}'],
    ['and empty', '{"":1,"":2}'],
    ['and __proto__', '{"__proto__":1,"__proto__":2}'],
    ['and constructor', '{"constructor":1,"constructor":2}'],
    ['around white space', '{ "a"\n:1 ,\t"a" : 2 }'],
  ])('A name that occurs twice, %s, is an error.', (_where, text) => {
    expect(() => JSON.parse(text)).not.toThrow();
    refused(text);
  });

  test('A byte order mark is named, for nobody sees it.', () => {
    for (const read of [parseJson, parseUniqueJson]) {
      expect(() => read('\ufeff{}')).toThrow(/begins with a byte order mark/);
      expect(read('"\ufeff"')).toBe('\ufeff');
    }
  });

  test.each([
    ['a byte order mark', '\ufeff{}'],
    ['a number too great for a double', '[1e999]'],
    ['a negative one', '{"a":-1e999}'],
    ['one with a signed exponent', '[1.5E+400]'],
    ['one of 400 digits', `[${'9'.repeat(400)}]`],
    ['one of many digits and a small exponent', `[${'9'.repeat(290)}e99]`],
    ['a raw lone surrogate', '["\ud800"]'],
    ['the escape of a lone high surrogate', '"\\ud800"'],
    ['the escape of a lone low surrogate', '["\\udc00 "]'],
    ['surrogates the wrong way round', '"\\udc00\\ud800"'],
    ['a lone surrogate in a name', '{"\\ud800":1}'],
    ['nothing', ''],
    ['two values', '{}{}'],
    ['a trailing comma', '[1,]'],
    ['a comment', '{}//'],
    ['single quotes', "{'a':1}"],
    ['NaN', 'NaN'],
    ['a control character in a string', '"\u0000"'],
    ['an unfinished string', '{"a'],
    ['a leading zero', '01'],
  ])('A text that is %s is an error.', (_what, text) => refused(text));

  test('The message shows the name that occurs twice safely.', () => {
    expect(() => parseJson('{"a\\n":1,"a\\n":2}')).toThrow('The name "a\\u000a" occurs twice in one object.');
  });

  test('An own member __proto__ stays a member and pollutes nothing.', () => {
    const value = parseJson('{"__proto__":{"polluted":true}}') as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('A string of nine million characters is read.', () => {
    const long = 'x\\n'.repeat(3_000_000);
    expect(parseJson(`{"a":"${long}"}`)).toHaveProperty('a.length', 6_000_000);
  });

  test('A nesting of 200,000 levels is an error, not a crash.', () => {
    refused(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    refused(`${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`);
  });

  test('A text that is nested as deeply as canonical JSON allows is checked to its bottom.', () => {
    const deep = (inner: string) => `${'['.repeat(600)}${inner}${']'.repeat(600)}`;
    expect(Array.isArray(parseJson(deep('1')))).toBe(true);
    refused(deep('1e999'));
  });

  test('What JSON.stringify writes is read back.', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('A duplicate is found wherever it is put into an object.', () => {
    const names = fc.uniqueArray(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(names, fc.jsonValue(), fc.nat(), (all, value, at) => {
        const members = [...all, all[at % all.length]].map(
          (name) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
        );
        refused(`[{${members.join(',')}}]`);
        expect(parseJson(`[{${members.slice(0, -1).join(',')}}]`)).toBeInstanceOf(Array);
      }),
    );
  });
});

describe('JSON text whose value goes to decide', () => {
  test('A name that occurs twice is refused, whatever else the text holds.', () => {
    for (const text of ['{"a":1,"a":1}', '[{"b":{"a":":","a":1}}]', '{"__proto__":1,"__proto__":2}']) {
      expect(() => parseUniqueJson(text)).toThrowError(
        expect.objectContaining({ code: 'ERR_WCP_CANONICAL_JSON' }),
      );
    }
  });

  test('What decide itself judges is read: great numbers, lone surrogates, more levels than an input may have.', () => {
    expect(parseUniqueJson('1e400')).toBe(Number.POSITIVE_INFINITY);
    expect(parseUniqueJson('"\\ud800"')).toBe('\ud800');
    expect(parseUniqueJson('null')).toBe(null);
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    expect(Array.isArray(parseUniqueJson(deep))).toBe(true);
  });

  test('Any JSON reads as JSON.parse reads it.', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseUniqueJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});
