import { expect, test } from 'vitest';
import { fullTextQuery, indexedText } from '../src/store/full-text-query.ts';

test('A question matches any of its words, each quoted once.', () => {
  expect(fullTextQuery('The horn, NOT the "fog-horn*"!')).toBe('"the" OR "horn" OR "not" OR "fog"');
  expect(fullTextQuery('text:Łódź^2 {a b}')).toBe('"text" OR "łódź" OR "2" OR "a" OR "b"');
});

test('Composed and decomposed letters are the same word.', () => {
  expect(fullTextQuery('cafe\u0301 café')).toBe('"café"');
});

test('Text without spaces is divided into words, and longer words into runs of characters.', () => {
  expect(fullTextQuery('使用WCP协议')).toBe('"使用" OR "wcp" OR "协议"');
  expect(fullTextQuery('램프가')).toBe('"램프가" OR "램프" OR "프가"');
  expect(indexedText('램프가 lit')).toBe('램프가 램프 프가 램 프 가 lit');
});

test('A question without a word has no query.', () => {
  for (const question of ['', ' ', '"', '* ^ ( )', '😀', '\u0000', '\u0301']) {
    expect(fullTextQuery(question)).toBeNull();
  }
});

test('At most 64 words are searched for.', () => {
  const words = Array.from({ length: 100 }, (_, n) => `w${n}`);
  expect(fullTextQuery(words.join(' '))?.split(' OR ')).toHaveLength(64);
});
