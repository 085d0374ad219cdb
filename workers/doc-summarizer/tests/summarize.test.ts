import { contextFor } from '@wcp/worker-kit/testing';
import { describe, expect, test } from 'vitest';
import { worker } from '../src/index.ts';
import type { Summary } from '../src/schema.ts';
import { summarize } from '../src/summarize.ts';
import { CHINESE, JAPANESE, KHMER, KOREAN, LIGHTHOUSE, LIGHTHOUSE_MARKDOWN, THAI } from './prose.ts';

const summaryOf = (text: string, max_sentences = 5, format: 'text' | 'markdown' = 'text') =>
  summarize({ text, max_sentences, format });
const squeezed = LIGHTHOUSE.replace(/\s+/g, ' ');

describe('summarize', () => {
  test('A summary consists of whole sentences of the document, in its order.', () => {
    const { summary, sentences, statistics } = summaryOf(LIGHTHOUSE);
    expect(sentences).toHaveLength(5);
    for (const { text } of sentences) {
      expect(squeezed).toContain(text);
      expect(text).toMatch(/^[A-Z].*\.$/);
    }
    expect(sentences.map(({ index }) => index)).toEqual(
      sentences.map(({ index }) => index).toSorted((a, b) => a - b),
    );
    expect(summary).toBe(sentences.map(({ text }) => text).join(' '));
    expect(statistics.sentences).toBe(19);
    expect(statistics.compression).toBeGreaterThan(0.1);
    expect(statistics.compression).toBeLessThan(0.5);
  });

  test('A summary says what the document is about.', () => {
    const { summary, keywords, sentences } = summaryOf(LIGHTHOUSE);
    expect(sentences[0]?.index).toBe(0);
    expect(summary).toMatch(/lighthouse/);
    expect(summary).toMatch(/lens|lamp/);
    expect(keywords).toEqual(expect.arrayContaining(['lamp', 'keepers', 'lens']));
    expect(keywords).toHaveLength(10);
  });

  test('A sentence of three words can be in a summary.', () => {
    expect(summaryOf('One thing matters. The rest does not.').summary).toBe(
      'One thing matters. The rest does not.',
    );
  });

  test('A sentence does not end at an abbreviation, a number or an identifier.', () => {
    const all = summaryOf(LIGHTHOUSE, 20).sentences.map(({ text }) => text);
    expect(all.filter((text) => /^(?:Marsh|g\.|half)/.test(text))).toEqual([]);
    const text =
      'The event evt.os.task.routed is written for every task. The price rose by 3.5 percent in one year.';
    expect(summaryOf(text).sentences.map((sentence) => sentence.text)).toEqual([
      'The event evt.os.task.routed is written for every task.',
      'The price rose by 3.5 percent in one year.',
    ]);
  });

  test('A sentence may end with a word that could be an abbreviation.', () => {
    const text = 'The cats of the town sleep all day in the sun. Dogs bark at night and sleep too.';
    expect(summaryOf(text).statistics.sentences).toBe(2);
  });

  test('The same text gives the same summary, whatever was summarised before.', () => {
    const first = summaryOf(LIGHTHOUSE);
    summaryOf(LIGHTHOUSE_MARKDOWN, 3, 'markdown');
    expect(summaryOf(LIGHTHOUSE)).toEqual(first);
  });

  test('No sentence of a summary repeats another.', () => {
    const text = Array.from({ length: 6 }, () => 'The lighthouse stands on a rock in the sea.')
      .concat(
        'A lighthouse stands on the rock in the sea.',
        'Visitors come to the museum of the town by boat.',
      )
      .join(' ');
    const { sentences } = summaryOf(text, 5);
    expect(sentences.map(({ text: each }) => each)).toEqual([
      'The lighthouse stands on a rock in the sea.',
      'Visitors come to the museum of the town by boat.',
    ]);
  });

  test.each([1, 2, 7, 20])('A summary has at most %d sentences when the request says so.', (most) => {
    expect(summaryOf(LIGHTHOUSE, most).sentences).toHaveLength(Math.min(most, 19));
  });

  test('Sentences that read well on their own are preferred.', () => {
    const { sentences } = summaryOf(LIGHTHOUSE, 4);
    expect(sentences.filter(({ text }) => /^(?:It|Its|They|This)\b/.test(text))).toEqual([]);
  });
});

describe('summarize of Markdown', () => {
  const all = summaryOf(LIGHTHOUSE_MARKDOWN, 20, 'markdown');
  const texts = all.sentences.map(({ text }) => text);

  test('Code, tables, comments, front matter, addresses and markup are left out.', () => {
    expect(texts.join('\n')).not.toMatch(/debris|comment|picture|example\.org|title|tags/i);
    expect(texts.join('\n')).not.toMatch(/[*_`#|<>[\]~]|CW-2|&amp;|\^1/);
  });

  test('Paragraphs, items and quotes are read as sentences.', () => {
    expect(texts).toEqual([
      'The lighthouse at Cape Wren was built in 1871, after three ships were lost on the reef in a single winter.',
      'The lens of the lamp MUST be cleaned by the keeper on every day of the year.',
      'The keeper SHOULD wind up the clockwork of the lamp every four hours.',
      'The event evt.lamp.lit is written into the book of the lighthouse when lamp.lit is true.',
      'The keepers of the lighthouse had stopped noticing the noise of the horn, and woke up when it ended.',
      'The tower of the lighthouse is forty metres high & stands on a rock.',
      'The great lens of the lighthouse now stands in the museum of the fishing harbour town.',
    ]);
  });

  test('Headings count as topics but not as sentences.', () => {
    expect(texts.join(' ')).not.toMatch(/The museum The|^The lamp/);
    expect(all.keywords.slice(0, 2)).toEqual(['lighthouse', 'lamp']);
    expect(all.statistics.sentences).toBe(texts.length);
  });
});

describe('a text without sentences', () => {
  test.each(['   ', '\n\n\n', '... !!! ???', '-----', '| a | b |', '\u200b', '12 34 56'])(
    'The text %j has no summary.',
    (text) => {
      const empty: Summary = {
        summary: '',
        sentences: [],
        statistics: { sentences: expect.any(Number) as number, words: 0, compression: 0 },
        keywords: [],
      };
      if (!/[ab]/.test(text)) expect(summaryOf(text)).toEqual(empty);
      expect(summaryOf(text, 5, 'markdown')).toMatchObject({ summary: '', sentences: [] });
    },
  );

  test.each(['One sentence only.', 'no sentence at all', 'Hello', 'Привет, мир!', '这是一个句子。'])(
    'The text %j is its own summary.',
    (text) => {
      expect(summaryOf(text).summary).toBe(text);
      expect(summaryOf(text).statistics.compression).toBe(1);
    },
  );

  test('Chinese sentences end at their own full stops.', () => {
    const { sentences } = summaryOf('今天天气很好，我们去公园散步。明天会下雨，所以带伞。');
    expect(sentences.map(({ text }) => text)).toEqual([
      '今天天气很好，我们去公园散步。',
      '明天会下雨，所以带伞。',
    ]);
  });

  test('Composed and decomposed letters are the same word.', () => {
    const text = (name: string) => `The caf${name} opens at noon. Nobody waits at the caf${name} door.`;
    expect(summaryOf(text('e\u0301'))).toEqual(summaryOf(text('é')));
  });
});

describe('a text in a script without spaces', () => {
  test.each([
    ['Chinese', CHINESE, ['灯塔', '修理', '渔民'], /^(?:的|在|时|灯)$/],
    ['Japanese', JAPANESE, ['灯台', 'ランプ', '修理'], /^(?:は|を|に|の)$/],
    ['Thai', THAI, ['ประภาคาร', 'ตะเกียง', 'ซ่อม'], /^(?:ของ|ที่|และ|ใน|ผู้)$/],
    ['Korean', KOREAN, ['등대의', '등불을', '고친다'], /^(?:그리고|하지만)$/],
    ['Khmer', KHMER, ['ចង្កៀង'], /^$/],
  ])('A text in %s has keywords, and they say what it is about.', (_, text, wanted, functionWord) => {
    const { keywords, statistics } = summaryOf(text);
    expect(keywords).toEqual(expect.arrayContaining(wanted));
    expect(keywords.length).toBeLessThanOrEqual(10);
    expect(keywords.filter((word) => functionWord.test(word))).toEqual([]);
    expect(statistics.words).toBeGreaterThan(10);
  });

  test('A word counts as often as it occurs, and in a heading twice.', () => {
    const { keywords } = summaryOf(`# 渔民\n\n${CHINESE}渔民等待。`, 5, 'markdown');
    expect(keywords.slice(0, 2)).toEqual(['渔民', '灯塔']);
  });

  test('Words of both kinds in one sentence are keywords.', () => {
    const { keywords } = summaryOf('The WCP协议 of the Hall is short. 协议很好。');
    expect(keywords).toEqual(expect.arrayContaining(['协议', 'wcp', 'hall', 'short']));
  });

  test('A long text without a space and without a full stop is read, not taken for data.', () => {
    const { keywords, statistics } = summaryOf('灯塔守护渔民'.repeat(50));
    expect(keywords).toEqual(expect.arrayContaining(['灯塔', '渔民']));
    expect(statistics.words).toBeGreaterThan(100);
    expect(summaryOf(THAI.replaceAll(' ', '').repeat(5)).keywords).toContain('ประภาคาร');
  });
});

describe('a hostile text', () => {
  const long = (unit: string, length: number) => unit.repeat(Math.ceil(length / unit.length));
  const spaces = ' '.repeat(5000);
  test.each([
    'x',
    '. ',
    '-',
    'a@b.',
    'http://a.b/',
    "'",
    '😀',
    '\n',
    'a.b.',
    '`',
    '*a',
    '**',
    '[](',
    '[',
    '<a',
    '<!--',
    '> ',
    '- ',
    '|a|b\n',
    '~~~\n',
    '# ',
    '\\*',
    `-|${spaces}\n`,
    `${spaces}|\n`,
    'It is so. ',
    '中',
    '中a',
    'ก',
    'ア ',
    'ー',
  ])('300,000 characters of %j are summarised within the time that a test has.', (unit) => {
    for (const format of ['text', 'markdown'] as const) {
      expect(summaryOf(long(unit, 300_000), 5, format)).toBeDefined();
    }
  });

  test('A megabyte of prose is summarised within the worker’s time limit.', async () => {
    const result = await worker.execute(
      { text: long(LIGHTHOUSE, 1_000_000), max_sentences: 3 },
      contextFor(worker),
    );
    expect(result).toMatchObject({ status: 'ok', result: { sentences: { length: 3 } } });
  });
});
