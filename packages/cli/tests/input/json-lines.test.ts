import { describe, expect, it } from 'vitest';
import { readJsonLines } from '../../src/input/json-lines.ts';

const codesOf = (text: string) =>
  readJsonLines('a.jsonl', text).documents.map(({ problems }) => problems.map(({ code }) => code));

describe('a text of JSON lines', () => {
  it('Blank lines are skipped, and each document keeps the number of its line.', () => {
    const { documents, lines, isTorn } = readJsonLines('a.jsonl', '{"n":1}\n\n \t\r\n{"n":2}\r\n');
    expect(documents.map(({ value }) => value)).toEqual([{ n: 1 }, { n: 2 }]);
    expect([lines, isTorn]).toEqual([[1, 4], false]);
  });

  it('A line that begins with a byte order mark is named, with its place.', () => {
    const { documents } = readJsonLines('a.jsonl', '{"n":1}\n\ufeff{"n":2}\n{"n":3}\n');
    expect(documents[1]?.problems).toEqual([
      {
        level: 'error',
        file: 'a.jsonl',
        place: { line: 2, column: 1 },
        path: null,
        code: 'BYTE_ORDER_MARK',
        message: 'This begins with a byte order mark. Save it as UTF-8 without one.',
      },
    ]);
    expect(documents[2]?.value).toEqual({ n: 3 });
  });

  it.each([
    ['a byte order mark alone', '\ufeff', 'BYTE_ORDER_MARK'],
    ['a no-break space', '\u00a0', 'NOT_JSON'],
    ['a line separator', '\u2028', 'NOT_JSON'],
  ])('A line with %s only looks blank, and is not skipped.', (_, line, code) => {
    expect(codesOf(`${line}\n{"n":1}\n`)).toEqual([expect.arrayContaining([code]), []]);
  });
});
