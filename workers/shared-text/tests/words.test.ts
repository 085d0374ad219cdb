import { describe, expect, test } from 'vitest';
import { charactersOf, divideScripts, isUnspaced, runsOf, wordsOf } from '../src/index.ts';

describe('the words of a text', () => {
  test.each([
    ['The horn, NOT the "fog-horn*"!', ['the', 'horn', 'not', 'the', 'fog', 'horn']],
    ['灯塔建于1871年', ['灯塔', '建', '于', '1871', '年']],
    ['使用WCP协议', ['使用', 'wcp', '协议']],
    ['ランプが壊れた', ['ランプ', 'が', '壊', 'れ', 'た']],
    ['ช่างทำนาฬิกา', ['ช่าง', 'ทำ', 'นาฬิกา']],
    ['램프가 고장', ['램프가', '고장']],
    ['ＷＣＰ ﾗﾝﾌﾟ', ['wcp', 'ランプ']],
    ['cafe\u0301 नमस्ते', ['café', 'नमस्ते']],
    ['', []],
    ['* ^ ( ) \u0000 😀 \u0301', []],
  ])('The words of %j are %j.', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  test('The words of a text are the same with and without the signs that most texts leave out.', () => {
    expect(wordsOf('الْمِصْبَاحُ أُضِيءَ كـــتاب')).toEqual(wordsOf('المصباح اضيء كتاب'));
    expect(wordsOf('Ο φάρος')).toEqual(wordsOf('Ο ΦΑΡΟΣ'));
    expect(wordsOf('מְנוֹרָה')).toEqual(wordsOf('מנורה'));
  });

  test.each(['灯塔的灯坏了', 'ช่างทำนาฬิกา', 'ランプが壊れた', '램프가', 'x', 'é'])(
    'The words of 300,000 characters of %j without a space are found within the time that a test has.',
    (unit) => {
      expect(wordsOf(unit.repeat(Math.floor(300_000 / unit.length))).length).toBeGreaterThan(0);
    },
  );
});

test('The parts of words are those of scripts without spaces alone.', () => {
  expect(runsOf('钟表匠')).toEqual(['钟表', '表匠']);
  expect(runsOf('램프가')).toEqual(['램프', '프가']);
  expect(runsOf('灯塔')).toEqual([]);
  expect(runsOf('lamp')).toEqual([]);
  expect(runsOf('អុជចង្កៀង')).toEqual(['អុជច', 'ជចង្កៀ', 'ចង្កៀង']);
  expect(runsOf('ចង្កៀង')).toEqual([]);
  expect(charactersOf('นาฬิกา')).toEqual([]);
  expect(charactersOf('灯塔')).toEqual(['灯', '塔']);
  expect(charactersOf('灯')).toEqual([]);
  expect(charactersOf('lamp')).toEqual([]);
});

test.each([
  ['Das WCP协议 hier', 'Das WCP  hier', '协议'],
  ['灯塔，很高。', ' ， 。', '灯塔 很高'],
  ['ラーメン', ' ', 'ラーメン'],
  ['lamp', 'lamp', ''],
  ['', '', ''],
])('The text %j is divided into %j and %j.', (text, spaced, unspaced) => {
  expect(divideScripts(text)).toEqual({ spaced, unspaced });
  expect(isUnspaced(text)).toBe(unspaced !== '');
});

test('No letter is lost where a text is divided, and none is in both parts.', () => {
  const text = 'Über ラーメン 灯塔 кот ประภาคาร 등대 और ចង្កៀង';
  const { spaced, unspaced } = divideScripts(text);
  const letters = (part: string) => part.match(/[\p{L}\p{M}]/gu) ?? [];
  expect([...letters(spaced), ...letters(unspaced)].toSorted()).toEqual(letters(text).toSorted());
  expect(isUnspaced(spaced)).toBe(false);
});
