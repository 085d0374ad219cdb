import { expect, test } from 'vitest';
import { fullTextQuery } from '../src/store/full-text-query.ts';

test('a question matches any of its words, each quoted once', () => {
  expect(fullTextQuery('The horn, NOT the "fog-horn*"!')).toBe('"the" OR "horn" OR "not" OR "fog"');
  expect(fullTextQuery('text:Łódź^2 {a b}')).toBe('"text" OR "łódź" OR "2" OR "a" OR "b"');
});

test('composed and decomposed letters are the same word', () => {
  expect(fullTextQuery('cafe\u0301 café')).toBe('"café"');
});

test('a question without a word has no query', () => {
  for (const question of ['', ' ', '"', '* ^ ( )', '😀', '\u0000', '\u0301']) {
    expect(fullTextQuery(question)).toBeNull();
  }
});

test('at most 64 words are searched for', () => {
  const words = Array.from({ length: 100 }, (_, n) => `w${n}`);
  expect(fullTextQuery(words.join(' '))?.split(' OR ')).toHaveLength(64);
});
