import { expect, test } from 'vitest';
import { countWords, partsOf, spellingsOf } from '../src/text-vector.ts';

test('A word is letters and digits, with hyphens and apostrophes inside, in lower case.', () => {
  const words = countWords('The well-known Cat’s 42 cats -- the dog, don\'t! (ﬁne) e\u0301tude "-x-" a--b');
  expect([...words]).toEqual([
    ['the', 2],
    ['well-known', 1],
    ['cat’s', 1],
    ['42', 1],
    ['cats', 1],
    ['dog', 1],
    ["don't", 1],
    ['fine', 1],
    ['étude', 1],
    ['x', 1],
    ['a', 1],
    ['b', 1],
  ]);
});

test('Punctuation and white space are not words.', () => {
  for (const text of ['', '  \n', '... !!! ???', '😀', '\u0000\u200b']) expect(countWords(text).size).toBe(0);
});

test('A word is looked up as written, then without its possessive ending, then without accents.', () => {
  expect(spellingsOf('cat’s')).toEqual(['cat’s', 'cat']);
  expect(spellingsOf("cats'")).toEqual(["cats'", 'cats']);
  expect(spellingsOf('café')).toEqual(['café', 'cafe']);
  expect(spellingsOf('cat')).toEqual(['cat']);
});

test('A joined word is split at hyphens and apostrophes.', () => {
  expect(partsOf('fast-moving')).toEqual(['fast', 'moving']);
  expect(partsOf('l’amour')).toEqual(['l', 'amour']);
});

test('A Latin word inside a text without spaces is a part of it.', () => {
  expect(partsOf('这个lighthouse很高')).toContain('lighthouse');
});

test('A hostile text of a million characters is taken apart within the time that a test has.', () => {
  for (const unit of ['a-', "a'", '-', 'é', 'ﷺ', '\u0301']) {
    for (const word of countWords(unit.repeat(1_000_000)).keys()) {
      expect(spellingsOf(word)[0]).toBe(word);
    }
  }
});
