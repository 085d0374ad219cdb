import { expect, test } from 'vitest';
import { sentenceStarts } from '../src/index.ts';

const sentences = (text: string) => {
  const borders = [0, ...sentenceStarts(text), text.length];
  return borders.slice(1).map((end, index) => text.slice(borders[index], end).trim());
};

test.each([
  ['It is lit. It burns.', ['It is lit.', 'It burns.']],
  ['Dr. Marsh lit it. It burns.', ['Dr. Marsh lit it.', 'It burns.']],
  ['See fig. 3 and J. Smith, e.g. Vol. 2. So?', ['See fig. 3 and J. Smith, e.g. Vol. 2.', 'So?']],
  ['He said no. They left.', ['He said no.', 'They left.']],
  ['"Enough!" he said. "Go!"', ['"Enough!" he said.', '"Go!"']],
  ['They sat in the sun. Dogs barked.', ['They sat in the sun.', 'Dogs barked.']],
  ['See evt.Os.task and a.(B) now. Next.', ['See evt.Os.task and a.(B) now.', 'Next.']],
  ['今天天气很好。明天会下雨。', ['今天天气很好。', '明天会下雨。']],
  ['', ['']],
])('The text %j splits into the sentences that a reader sees.', (text, expected) => {
  expect(sentences(text)).toEqual(expected);
});

test.each(['. ', 'a.b.', 'e.g. ', 'A. ', '"A." ', '。'])(
  'A million characters of %j are split within the time that a test has.',
  (unit) => {
    expect(sentenceStarts(unit.repeat(1_000_000 / unit.length)).every((at) => at < 1_000_000)).toBe(true);
  },
);
