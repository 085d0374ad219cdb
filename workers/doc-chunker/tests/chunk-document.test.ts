import { countTokens } from 'gpt-tokenizer/encoding/cl100k_base';
import { describe, expect, test } from 'vitest';
import { chunkDocument } from '../src/chunk-document.ts';
import type { Chunk } from '../src/schema.ts';
import { countTokens as ownCount } from '../src/tokens/tokenize.ts';
import { HANDBOOK, randomDocument, seededRandom } from './documents.ts';

type Format = 'text' | 'markdown';
const chunksOf = (text: string, max_tokens = 500, format: Format = 'markdown') =>
  chunkDocument({ text, format, max_tokens }).chunks;
const inkOf = (text: string) => text.replace(/\s/g, '');
/** The count of the package, with special tokens as plain text; it cannot count U+FEFF. */
const counted = (text: string) =>
  text.includes('\ufeff') ? ownCount(text) : countTokens(text, { disallowedSpecial: new Set() });
const isHeading = (line: string) => /^ {0,3}#{1,6}(?:[ \t]|$)/.test(line);

describe('chunkDocument', () => {
  const chunks = chunksOf(HANDBOOK);

  test('A chunk begins at each heading and carries its path.', () => {
    expect(chunks.map(({ heading, text }) => [heading, text.split('\n')[0]])).toEqual([
      [null, '---'],
      ['Handbook > Keeping the lamp', '# Handbook'],
      ['Handbook > Fog', 'Fog'],
      ['Visitors', '# Visitors #'],
      ['Visitors > Nothing here', '## Nothing here'],
    ]);
  });

  test('A heading inside a code fence does not begin a chunk.', () => {
    expect(chunks[1]?.text).toMatch(/## nor this\n```$/);
  });

  test('Plain text has no headings.', () => {
    const [chunk, ...more] = chunksOf(HANDBOOK, 500, 'text');
    expect([more, chunk?.heading, chunk?.text]).toEqual([[], null, HANDBOOK.trim()]);
  });

  test('A chunk reports the tokens that the tokenizer counts.', () => {
    const { tokens } = chunkDocument({ text: HANDBOOK, format: 'markdown', max_tokens: 500 });
    expect(chunks.map((chunk) => chunk.tokens)).toEqual(chunks.map(({ text }) => counted(text)));
    expect(tokens).toBe(chunks.reduce((sum, chunk) => sum + chunk.tokens, 0));
  });

  test('A paragraph that is too long is cut into sentences.', () => {
    const text =
      'The lamp is lit at dusk by the oldest keeper, Dr. Marsh. It burns until dawn, when "Enough!" is called. Then all of them go to bed and sleep until noon.';
    expect(chunksOf(text, 20).map((chunk) => chunk.text)).toEqual([
      'The lamp is lit at dusk by the oldest keeper, Dr. Marsh.',
      'It burns until dawn, when "Enough!" is called.',
      'Then all of them go to bed and sleep until noon.',
    ]);
  });

  test('A sentence may continue on the next line, and a list item begins a chunk.', () => {
    const text =
      'The lamp is lit at dusk by the\noldest keeper of all who live here.\n- Oil is poured in the morning by the youngest of them.\n- The glass is wiped at noon.';
    expect(chunksOf(text, 20).map((chunk) => chunk.text)).toEqual([
      'The lamp is lit at dusk by the\noldest keeper of all who live here.',
      '- Oil is poured in the morning by the youngest of them.',
      '- The glass is wiped at noon.',
    ]);
  });

  test('A sentence that is too long is cut into words, and a word into parts.', () => {
    const words = chunksOf('lamp '.repeat(50), 20);
    expect(words.map(({ text }) => text)).toEqual([20, 20, 10].map((n) => 'lamp '.repeat(n).trim()));
    const parts = chunksOf('x'.repeat(1000), 20);
    expect(parts.map(({ text }) => text).join('')).toBe('x'.repeat(1000));
    expect(parts.map(({ tokens }) => tokens)).toEqual([20, 20, 20, 20, 20, 20, 5]);
  });

  test('A heading stays with its text, even when a sentence has to be cut for it.', () => {
    const sentence = `${'lamp '.repeat(17)}end.`;
    const [first, second] = chunksOf(`# The keeping of the lamp\n\n${sentence}`, 20);
    expect(first?.text).toMatch(/^# The keeping of the lamp\n\nlamp( lamp)*$/);
    expect(second?.heading).toBe('The keeping of the lamp');
  });

  test('A heading is not left alone before a word that is too long.', () => {
    const heading = '# The keeping of the lighthouse lamp in the winter months';
    const [first, second] = chunksOf(`${heading}\n\n${'漢'.repeat(100)}`, 20);
    expect(first?.text).toMatch(new RegExp(`^${heading}\n\n漢+$`));
    expect(second?.text).toMatch(/^漢+$/);
  });

  test('The first line of a chunk keeps its indentation.', () => {
    const text = `Code:\n\n    if (a) {\n      b();\n    }`;
    expect(chunksOf(`${'word '.repeat(20)}\n\n    if (a) {\n      b();\n    }`, 22).at(-1)?.text).toBe(
      text.slice(text.indexOf('    if')),
    );
  });

  test.each(['', ' ', '\n\n', '\ufeff', '\u00a0\t'])('The blank text %j has no chunks.', (text) => {
    expect(chunkDocument({ text, format: 'markdown', max_tokens: 20 })).toEqual({ chunks: [], tokens: 0 });
  });
});

describe('headings', () => {
  test.each([
    ['# A\n# B\ntext', ['B']],
    ['# A\n## B\n### C\ntext\n## D\ntext', ['A > B > C', 'A > D']],
    ['### Deep\ntext\n# High\ntext', ['Deep', 'High']],
    ['Set\r\n===\r\ntext\r\n\r\nUnder\r\n-----\r\ntext', ['Set', 'Set > Under']],
    ['#no heading', [null]],
    ['    # code', [null]],
    ['- item\n---\ntext', [null]],
    ['#\ntext', [null]],
    ['# A ##\ntext', ['A']],
    ['# A#\ntext', ['A#']],
    ['<!--\n# gone\n-->\n# A\ntext', [null, 'A']],
    ['<pre>\n# gone\n</pre>\n\n# A\ntext', [null, 'A']],
    ['~~~\n# gone\n```\n~~~~\n# A\ntext', [null, 'A']],
    ['> ```\n> # gone\n> ```\n\n# A\ntext', [null, 'A']],
    ['```\n# never closed', [null]],
    ['``` a ` b\n# A\ntext', [null, 'A']],
    ['---\na: b\n---\ntext', [null]],
    [`# ${'x'.repeat(300)}\ntext`, [`${'x'.repeat(120)}…`]],
  ])('The headings of %j are those of Markdown.', (text, headings) => {
    expect(chunksOf(text, 2000).map(({ heading }) => heading)).toEqual(headings);
  });
});

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** The places where a text may be cut: between graphemes, and inside one that is too long itself. */
const bordersOf = (text: string, max: number) => {
  const borders = new Set([text.length]);
  for (const { index, segment } of graphemes.segment(text)) {
    const isTooLong = counted(segment) > max;
    for (let at = 0; at < (isTooLong ? segment.length : 1); at += 1) borders.add(index + at);
  }
  return borders;
};

/** What is true of the chunks of any document. */
function checkChunks(text: string, max: number, format: Format, chunks: readonly Chunk[]): void {
  const borders = bordersOf(text, max);
  let end = 0;
  for (const [index, chunk] of chunks.entries()) {
    expect(chunk.index).toBe(index);
    expect(chunk.text).toBe(text.slice(chunk.start, chunk.end));
    expect(inkOf(chunk.text)).not.toBe('');
    expect(inkOf(text.slice(end, chunk.start))).toBe('');
    expect(chunk.start).toBeGreaterThanOrEqual(end);
    expect(chunk.tokens).toBe(counted(chunk.text));
    expect(chunk.tokens).toBeLessThanOrEqual(max);
    expect([borders.has(chunk.start), borders.has(chunk.end)]).toEqual([true, true]);
    expect(chunk.text.isWellFormed()).toBe(true);
    end = chunk.end;
  }
  expect(inkOf(text.slice(end))).toBe('');
  if (format === 'text') expect(chunks.every(({ heading }) => heading === null)).toBe(true);
}

describe('any document', () => {
  test.each([20, 33, 200])('No text is lost or repeated, and no chunk has more than %d tokens.', (max) => {
    const random = seededRandom(max);
    for (let round = 0; round < 50; round += 1) {
      const text = randomDocument(random, 150);
      for (const format of ['text', 'markdown'] as const) {
        const chunks = chunksOf(text, max, format);
        checkChunks(text, max, format, chunks);
        expect(chunksOf(text, max, format)).toEqual(chunks);
      }
    }
  });

  test('Two neighbouring chunks under one heading never fit into one.', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 50; round += 1) {
      const text = randomDocument(random, 150);
      const chunks = chunksOf(text, 40, 'text');
      for (const [index, { start }] of chunks.entries()) {
        const next = chunks[index + 1];
        if (next !== undefined) expect(counted(text.slice(start, next.end))).toBeGreaterThan(40);
      }
    }
  });

  test.each(['🇩🇪\n\n漢字。😀\n```\n# code\n```\n', '👨‍👩‍👧\n```\n# code\n```\n'])(
    'The text %j, which has fewer tokens alone than in its place, is one chunk.',
    (text) => {
      expect(counted(text.trim())).toBe(20);
      expect(chunksOf(text, 20, 'text')).toHaveLength(1);
    },
  );

  test('A heading begins a chunk, and ends one only when nothing is under it.', () => {
    const random = seededRandom(9);
    const words = () => `${'word '.repeat(1 + random(60))}end.`;
    for (let round = 0; round < 50; round += 1) {
      const text = Array.from(
        { length: 12 },
        (_, n) => `${'#'.repeat(1 + random(4))} Part ${n}\n\n${words()}`,
      ).join('\n\n');
      for (const chunk of chunksOf(text, 30)) {
        const lines = chunk.text.split('\n');
        expect(lines.slice(1).filter(isHeading)).toEqual([]);
        expect(isHeading(lines.at(-1) ?? '')).toBe(false);
      }
      expect(
        chunksOf(text, 30).filter(({ text: each }) => isHeading(each.split('\n')[0] ?? '')),
      ).toHaveLength(12);
    }
  });
});

describe('a hostile text', () => {
  const long = (unit: string, length: number) => unit.repeat(Math.ceil(length / unit.length));
  test.each([
    'x',
    '漢',
    'e\u0301',
    '\u200d',
    ' ',
    '\n',
    '-',
    '# ',
    '# x\n',
    'A. ',
    'x\n\n',
    '```\n',
    '<!--',
    '🇩🇪',
    `\n${' '.repeat(5000)}x`,
  ])('20,000 characters of %j are cut without loss.', (unit) => {
    const text = long(unit, 20_000);
    for (const [max, format] of [
      [20, 'markdown'],
      [2000, 'text'],
    ] as const) {
      const chunks = chunksOf(text, max, format);
      expect(chunks.reduce((sum, chunk) => sum + inkOf(chunk.text).length, 0)).toBe(inkOf(text).length);
    }
  });

  test.each(['漢', `${HANDBOOK}\n`])(
    '300,000 characters of %j are cut within the time that a test has.',
    (unit) => {
      expect(chunksOf(long(unit, 300_000)).length).toBeGreaterThan(60);
    },
  );
});
