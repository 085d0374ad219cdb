import { expect, test } from 'vitest';
import { fullTextQuery } from '../src/full-text-query.ts';

test('a question becomes any of its words, each once and in quotation marks', () => {
  expect(fullTextQuery('The horn, NOT the "fog-horn*"!')).toBe('"the" OR "horn" OR "not" OR "fog"');
  expect(fullTextQuery('text:Łódź^2 {a b}')).toBe('"text" OR "łódź" OR "2" OR "a" OR "b"');
});

test('composed and decomposed letters are one word', () => {
  expect(fullTextQuery('cafe\u0301 café')).toBe('"café"');
});

test('a question without a word is none', () => {
  for (const question of ['', ' ', '"', '* ^ ( )', '😀', '\u0000', '\u0301']) {
    expect(fullTextQuery(question)).toBeNull();
  }
});

test('no more than 64 words are looked for', () => {
  const words = Array.from({ length: 100 }, (_, n) => `w${n}`);
  expect(fullTextQuery(words.join(' '))?.split(' OR ')).toHaveLength(64);
});
