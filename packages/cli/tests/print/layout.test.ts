import { describe, expect, it } from 'vitest';
import { count, padColumns, rows, valueText, wrap } from '../../src/print/layout.ts';
import { alignColumns, tableText } from '../../src/print/table.ts';

const plain = (text: string) => text;
/** Two columns wide, one of two code points, one of seven, and one with a combining mark. */
const WIDE = ['東京', '👍🏽', '👨‍👩‍👧‍👦', 'e\u0301'];

describe('columns of a terminal', () => {
  it('Columns are counted for wide, combining and joined characters.', () => {
    expect(WIDE.map((text) => padColumns(text, 5))).toEqual([
      '東京 ',
      '👍🏽   ',
      '👨‍👩‍👧‍👦   ',
      'e\u0301    ',
    ]);
  });

  it('Colours take no columns.', () => {
    expect(padColumns('\u001b[1mab\u001b[22m', 4)).toBe('\u001b[1mab\u001b[22m  ');
  });

  it('Columns line up in a table, whatever its cells hold.', () => {
    const table = tableText(
      ['name', 'x'],
      WIDE.map((text) => [text, 1]),
      plain,
    );
    expect(table).toBe(['name  x', '東京  1', '👍🏽    1', '👨‍👩‍👧‍👦    1', 'e\u0301     1', ''].join('\n'));
  });

  it('Columns line up in lines of different lengths, with the last cell of each not padded.', () => {
    expect(alignColumns([['a', 'b', 'c'], ['long', 'd'], ['東京']])).toEqual([
      'a     b  c',
      'long  d',
      '東京',
    ]);
  });

  it('Columns limit the width of wrapped lines.', () => {
    expect(wrap('東京 東京 東京', 9)).toEqual(['東京 東京', '東京']);
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('unbreakable word', 4)).toEqual(['unbreakable', 'word']);
    expect(wrap('  ', 4)).toEqual([]);
  });
});

describe('rows', () => {
  it('Rows align their texts below labels of any width, and leave out what has no text.', () => {
    expect(
      rows([
        ['東京', 'a'],
        ['b', 'c'],
        ['d', null],
      ]),
    ).toBe('  東京  a\n  b     c\n');
  });
});

describe('a table', () => {
  it('A table shows control characters of its cells as escapes and null as a dash.', () => {
    expect(tableText(['a', 'b'], [['\u001b[2J', null]], plain)).toBe('a          b\n\\u001b[2J  -\n');
  });
});

describe('a value', () => {
  it('A value is shown on one line, truncated and safe.', () => {
    expect(valueText(undefined)).toBe('nothing');
    expect(valueText({ a: [1, '\n'] })).toBe('{"a":[1,"\\\\n"]}');
    expect(valueText('x'.repeat(300))).toBe(`${'x'.repeat(200)}…`);
  });

  it('A value is counted with its noun.', () => {
    expect([count(1, 'hash', 'hashes'), count(2, 'hash', 'hashes'), count(0, 'key')]).toEqual([
      '1 hash',
      '2 hashes',
      '0 keys',
    ]);
  });
});
