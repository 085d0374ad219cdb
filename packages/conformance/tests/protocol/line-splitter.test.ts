import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../src/protocol/line-splitter.ts';

const cut = (bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const places = [...new Set([0, ...cuts.map((place) => place % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
};

test('Lines are the same however they are chunked, even inside a character.', () => {
  const text = fc
    .string({ unit: 'binary', maxLength: 30 })
    .map((line) => line.replaceAll(/[\r\n]/g, '').toWellFormed());
  fc.assert(
    fc.property(fc.array(text), fc.array(fc.nat(10_000)), (lines, cuts) => {
      const splitter = new LineSplitter();
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const read = cut(bytes, cuts).flatMap((chunk) => splitter.push(chunk));
      expect(read).toEqual(lines.map((line) => ({ type: 'line', text: line })));
      expect(splitter.rest()).toBe('');
    }),
  );
});

test('A carriage return before the newline is dropped.', () => {
  expect(new LineSplitter().push(Buffer.from('a\r\n'))).toEqual([{ type: 'line', text: 'a' }]);
});

test('A byte order mark is kept, so that the line is refused as JSON.', () => {
  expect(new LineSplitter().push(Buffer.from('\ufeff{}\n'))).toEqual([{ type: 'line', text: '\ufeff{}' }]);
});

test('A line that is not UTF-8 is reported, and the next line is read.', () => {
  const read = new LineSplitter().push(Buffer.from([0xff, 0x0a, 0x61, 0x0a]));
  expect(read).toEqual([{ type: 'not_utf8' }, { type: 'line', text: 'a' }]);
});

test('A line that is too long is reported before its end, once, and the next line is read.', () => {
  const splitter = new LineSplitter(4);
  expect(splitter.push(Buffer.from('abcde'))).toEqual([{ type: 'line_too_long' }]);
  expect(splitter.push(Buffer.from('fgh'))).toEqual([]);
  expect(splitter.push(Buffer.from('i\nabcd\n'))).toEqual([{ type: 'line', text: 'abcd' }]);
});

test('The text after the last newline is the rest.', () => {
  const splitter = new LineSplitter();
  splitter.push(Buffer.from('a\nhalf'));
  expect(splitter.rest()).toBe('half');
});
