import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeText, lineOf, utf8Length } from '../../src/json/index.ts';

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
/** Section 3: C0, DEL and C1, the separators, the bidirectional controls. */
const ESCAPED = new Set([
  ...range(0x00, 0x1f),
  ...range(0x7f, 0x9f),
  0x061c,
  0x200e,
  0x200f,
  0x2028,
  0x2029,
  ...range(0x202a, 0x202e),
  ...range(0x2066, 0x2069),
]);

describe('A text that people read', () => {
  test('Exactly the characters of section 3 are escaped, in lower-case hex, and a backslash is doubled.', () => {
    for (const unit of range(0, 0xffff)) {
      const character = String.fromCharCode(unit);
      const written = ESCAPED.has(unit) ? `\\u${unit.toString(16).padStart(4, '0')}` : character;
      expect(escapeText(character)).toBe(character === '\\' ? '\\\\' : written);
    }
  });

  test.each([
    ['a\nb', 'a\\u000ab'],
    ['\u202eevil\u2069', '\\u202eevil\\u2069'],
    ['\\u000a', '\\\\u000a'],
    ['plain 😀 "text"', 'plain 😀 "text"'],
    ['', ''],
    ['\n\n\u0000', '\\u000a\\u000a\\u0000'],
  ])('The text %j is written %j', (text, written) => {
    expect(escapeText(text)).toBe(written);
    expect(escapeText(text)).toBe(written);
  });

  test('What was written can be read back.', () => {
    const unit = fc.constantFrom('\\', 'u', '0', 'a', '\n', '\u202e', '\u009f', '000a', '😀');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(unit).map((units) => units.join('')),
          fc.string({ unit: 'binary' }),
        ),
        (text) => {
          const written = escapeText(text);
          const read = written.replace(/\\(?:\\|u([0-9a-f]{4}))/g, (_, hex?: string) =>
            hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
          );
          expect(read).toBe(text);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('Two different texts are never written the same.', () => {
    const unit = fc.constantFrom('\\', 'u', '000a', '\n', '\\n', '\u2028', '2028');
    const text = fc.array(unit, { maxLength: 4 }).map((units) => units.join(''));
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(escapeText(a) === escapeText(b)).toBe(a === b);
      }),
      { numRuns: 5000 },
    );
  });
});

test('A JSON text is one line for every reader, and keeps its value.', () => {
  const ends = fc.constantFrom('\u0085', '\u2028', '\u2029', '\n', '\r', '\v', '\f', 'a', '"', '\\');
  fc.assert(
    fc.property(fc.array(ends), (characters) => {
      const value = { [characters.join('')]: characters.join('') };
      const line = lineOf(JSON.stringify(value));
      expect(line.split(/[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/)).toHaveLength(1);
      expect(JSON.parse(line)).toEqual(value);
    }),
  );
  expect(lineOf('{"a":"b"}')).toBe('{"a":"b"}');
});

test('The length in UTF-8 bytes is that of every encoder.', () => {
  const anyUnit = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), anyUnit), (text) => {
      expect(utf8Length(text)).toBe(Buffer.byteLength(text, 'utf8'));
    }),
    { numRuns: 1000 },
  );
  for (const text of ['', 'a', '\u007f\u0080', '\u07ff\u0800', '\uffff', '😀', '\ud800', '\udc00\ud800']) {
    expect(utf8Length(text)).toBe(Buffer.byteLength(text, 'utf8'));
  }
});
