import { expect, test } from 'vitest';
import { linesOf, sentencesOf } from '../src/sentences.ts';

const sentences = (text: string) =>
  sentencesOf(text, { start: 0, end: text.length }).map(({ start, end }) => text.slice(start, end).trim());

test.each([
  ['It is lit. It burns.', ['It is lit.', 'It burns.']],
  ['Dr. Marsh lit it. It burns.', ['Dr. Marsh lit it.', 'It burns.']],
  ['See fig. 3 and J. Smith, e.g. Vol. 2. So?', ['See fig. 3 and J. Smith, e.g. Vol. 2.', 'So?']],
  ['"Enough!" he said. "Go!"', ['"Enough!" he said.', '"Go!"']],
  ['It costs 3.50 today. No more.', ['It costs 3.50 today.', 'No more.']],
  ['A line\ngoes on. Next.', ['A line\ngoes on.', 'Next.']],
  ['Two things:\n- one\n- two\n3. three', ['Two things:', '- one', '- two', '3. three']],
  ['| a | b |\n| c | d |', ['| a | b |', '| c | d |']],
  ['今天天气很好。明天会下雨。', ['今天天气很好。', '明天会下雨。']],
])('The text %j splits into the sentences that a reader sees.', (text, expected) => {
  expect(sentences(text)).toEqual(expected);
});

test('Sentences and lines cover the whole text.', () => {
  const text = '  A. b!\r\n\r\nC?\n  d\u2028E. ';
  for (const parts of [sentencesOf(text, { start: 1, end: 15 }), linesOf(text, { start: 1, end: 15 })]) {
    expect(parts.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text.slice(1, 15));
  }
});
