import { countTokens as countOfPackage, decode, encode } from 'gpt-tokenizer/encoding/cl100k_base';
import { describe, expect, test } from 'vitest';
import { countTokens, tokenStarts } from '../src/tokens/tokenize.ts';
import { randomDocument, seededRandom } from './documents.ts';

const plain = { disallowedSpecial: new Set<string>() };

describe('tokenStarts', () => {
  test('Tokens begin where those of the package begin.', () => {
    const text = 'The lighthouse keeper’s unbelievable antidisestablishmentarianism: 1234567, 漢字 🇩🇪.';
    const tokens = encode(text, plain);
    expect(tokenStarts(text)).toHaveLength(tokens.length);
    const whole = tokens.map((_, n) => decode(tokens.slice(0, n))).filter((start) => text.startsWith(start));
    expect(tokenStarts(text)).toEqual(expect.arrayContaining(whole.map((start) => start.length)));
  });

  test('A random text has as many tokens as the package counts.', () => {
    const random = seededRandom(3);
    for (let round = 0; round < 2000; round += 1) {
      const text = randomDocument(random, 20).replaceAll('\ufeff', 'Ã©');
      expect([text, countTokens(text)]).toEqual([text, countOfPackage(text, plain)]);
    }
  });

  test('A long word has as many tokens as the package counts.', () => {
    const random = seededRandom(4);
    for (let round = 0; round < 200; round += 1) {
      const text = Array.from({ length: random(400) }, () => 'aabehinorst漢é😀'.at(random(13)))
        .join('')
        .toWellFormed();
      expect([text, countTokens(text)]).toEqual([text, countOfPackage(text, plain)]);
    }
  });

  test('A byte order mark is counted, which the package drops.', () => {
    expect(countTokens('\ufeffusing')).toBe(1);
    expect(countOfPackage('\ufeffusing')).not.toBe(1);
  });

  test('No token begins inside a surrogate pair.', () => {
    for (const start of tokenStarts('👨‍👩‍👧漢e\u0301'.repeat(50))) {
      const unit = '👨‍👩‍👧漢e\u0301'.repeat(50).charCodeAt(start);
      expect(unit >= 0xdc00 && unit <= 0xdfff).toBe(false);
    }
  });
});
