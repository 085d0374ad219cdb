import { describe, expect, test } from 'vitest';
import { TextScanner } from '../../src/endpoints/index.ts';
import {
  exceededLimit,
  FOREIGN_TEXT_LIMITS,
  nestingOf,
  parseJson,
  parseUniqueJson,
} from '../../src/json/index.ts';

const MIB = 1024 * 1024;
const LIMITS = { depth: 3, containers: 5, values: 12 };

describe('A foreign text is judged before a tree is built', () => {
  test.each([
    ['lists that never end', '['.repeat(8 * MIB)],
    ['lists that end', `${'['.repeat(4 * MIB)}${']'.repeat(4 * MIB)}`],
    ['objects inside each other', '{"a":'.repeat(MIB)],
    ['empty lists beside each other', `[${'[],'.repeat(2 * MIB)}[]]`],
    ['empty objects beside each other', `[${'{},'.repeat(2 * MIB)}{}]`],
    ['numbers beside each other', `[${'0,'.repeat(4 * MIB)}0]`],
    ['members of one object', `{${'"":0,'.repeat(MIB)}"a":0}`],
  ])('Eight megabytes of %s are refused without memory or time.', (_what, text) => {
    const before = process.memoryUsage().heapUsed;
    for (const read of [parseJson, parseUniqueJson]) {
      expect(() => read(text, FOREIGN_TEXT_LIMITS)).toThrow(/^(?:Nested deeper than|It holds more than)/);
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(40 * MIB);
  });

  test.each([
    ['[[[1]]]', null],
    ['[[[[1]]]]', 'TOO_DEEP'],
    ['[[[[', 'TOO_DEEP'],
    ['{"a":{"b":{"c":{}}}}', 'TOO_DEEP'],
    ['[[],[],[],[]]', null],
    ['[[],[],[],[],[]]', 'TOO_LARGE'],
    ['[1,2,3,4,5,6,7,8,9,0,1]', null],
    ['[1,2,3,4,5,6,7,8,9,0,1,2]', 'TOO_LARGE'],
    ['{"a":"[[[[{{{{,,,,,,,,,,","b":"\\"[[[[["}', null],
    ['}}}}]]]][[[', null],
    ['', null],
  ])('The text %s exceeds the limit %s', (text, code) => {
    expect(exceededLimit(text, LIMITS)?.code ?? null).toBe(code);
  });

  test('The message says which limit, and nothing of the text.', () => {
    expect(exceededLimit('[[[["SECRET"', LIMITS)).toEqual({
      path: '',
      code: 'TOO_DEEP',
      message: 'Nested deeper than 3 levels.',
    });
    expect(exceededLimit('[[],[],[],[],[]]', LIMITS)?.message).toBe(
      'It holds more than 5 objects and lists.',
    );
    expect(exceededLimit('[1,2,3,4,5,6,7,8,9,0,1,2]', LIMITS)?.message).toBe('It holds more than 12 values.');
  });

  test('A text of the operator has no limit but 10,000 levels.', () => {
    expect(parseUniqueJson(`[${'[],'.repeat(300_000)}[]]`)).toHaveLength(300_001);
    expect(() => parseUniqueJson('['.repeat(10_001))).toThrow('Nested deeper than 10000 levels.');
  });
});

describe('A text that arrives in parts', () => {
  const TEXTS = [
    '{"a":"\\"[[[[","b":[[1,2]]}',
    '["\\\\",[[[1]]]]',
    '[[],[],[],[],[]]',
    '[1,2,3,4,5,6,7,8,9,0,1,2]',
    '"a string that never ends [[[[',
    '',
  ];

  test.each(TEXTS)('The text %s is judged alike, wherever it is divided.', (text) => {
    const whole = exceededLimit(text, LIMITS);
    for (let cut = 0; cut <= text.length; cut += 1) {
      const scanner = new TextScanner(LIMITS);
      expect(scanner.read(text.slice(0, cut)) ?? scanner.read(text.slice(cut))).toEqual(whole);
    }
    const scanner = new TextScanner(LIMITS);
    expect([...text].map((character) => scanner.read(character)).find((finding) => finding !== null)).toEqual(
      whole ?? undefined,
    );
  });
});

test('The nesting of a JSON text is that of its containers, however long its strings are.', () => {
  expect(nestingOf('1')).toBe(0);
  expect(nestingOf('{"a":["[[[\\"[",{}],"b":{}}')).toBe(3);
  expect(nestingOf(`["${'\\\\x'.repeat(5_000_000)}"]`)).toBe(1);
  expect(nestingOf('['.repeat(20_000))).toBe(20_000);
});
