import { describe, expect, test } from 'vitest';
import { packVectors } from '../scripts/pack-vectors.ts';
import { WordVectors } from '../src/word-vectors.ts';

const WORDS = ['the', 'zebra', '"', ']', 'ab', 'é', 'a', '\\', 'null'];
const vectorOf = (rank: number) => [rank - 4, 0.5 * rank, 1.27];

function json(words = WORDS, change: (entry: number[], rank: number) => number[] = (entry) => entry): Buffer {
  const vectors = words
    .map(
      (word, rank) => `${JSON.stringify(word)}:${JSON.stringify(change([...vectorOf(rank), 9, rank], rank))}`,
    )
    .join(',');
  const head = { precision: 8, l2NormIndex: 3, wordIndex: 4, size: words.length, dimensions: 3, words };
  return Buffer.from(`${JSON.stringify(head).slice(0, -1)},"vectors":{${vectors}},"unkVector":[0,0,0,0,-1]}`);
}

describe('packed word vectors', () => {
  const vectors = new WordVectors(packVectors(json(), 'test@1'));

  test('Every word is packed with its rank, and its vector within 1/254 of its greatest component.', () => {
    expect(vectors).toMatchObject({ model: 'test@1', dimensions: 3, size: WORDS.length });
    for (const [rank, word] of WORDS.entries()) {
      const found = vectors.find(word);
      expect(found?.rank).toBe(rank);
      const exact = vectorOf(rank);
      const margin = Math.max(...exact.map(Math.abs)) / 254 + 1e-6;
      for (const [k, value] of exact.entries()) {
        expect(Math.abs((found?.components[k] ?? 0) * (found?.scale ?? 0) - value)).toBeLessThan(margin);
      }
    }
  });

  test('A word that was not packed is not found.', () => {
    for (const word of ['', 'b', 'th', 'thee', 'zebras', 'zz', 'è', '\u0000']) {
      expect(vectors.find(word)).toBeNull();
    }
  });

  test('The packed direction of an average text weights frequent words more.', () => {
    const words = Array.from({ length: 20_000 }, (_, rank) => `w${rank}`);
    const half = json(words, ([, , , , rank = 0]) => [
      rank < 10_000 ? 1 : 0,
      rank < 10_000 ? 0 : 1,
      0,
      1,
      rank,
    ]);
    const [x = 0, y = 0, z = 1] = new WordVectors(packVectors(half, 'test@1')).common;
    expect(x * x + y * y).toBeCloseTo(1, 5);
    expect(x / y).toBeGreaterThan(3);
    expect(x / y).toBeLessThan(5);
    expect(z).toBe(0);
  });

  test('A vector of zeros stays zero.', () => {
    const zero = new WordVectors(
      packVectors(
        json(['a', 'b'], ([, , , , rank = 0]) => [0, 0, 0, 0, rank]),
        'z',
      ),
    );
    expect([...(zero.find('b')?.components ?? [1])]).toEqual([0, 0, 0]);
  });
});

describe('an unusable vector file', () => {
  const packed = packVectors(json(), 'test@1');
  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['another file', Buffer.from('{"model":"x"}'.repeat(10))],
    ['a file of another version', Buffer.concat([Buffer.from('WCPVEC2\n'), packed.subarray(8)])],
    ['a file that was cut', packed.subarray(0, -1)],
    ['a file with more behind it', Buffer.concat([packed, Buffer.from('x')])],
    [
      'a file with a broken head',
      Buffer.concat([packed.subarray(0, 12), Buffer.from('x'), packed.subarray(13)]),
    ],
  ])('A file that %s is not loaded.', (_, bytes) => {
    expect(() => new WordVectors(bytes)).toThrow();
  });

  test('JSON with another layout is not packed.', () => {
    expect(() => packVectors(Buffer.from('{}'), 'x')).toThrow();
    expect(() =>
      packVectors(
        json(WORDS, (entry) => [...entry, 1]),
        'x',
      ),
    ).toThrow();
    expect(() =>
      packVectors(
        json(WORDS, (entry, rank) => [...entry.slice(0, 4), rank + 1]),
        'x',
      ),
    ).toThrow();
  });
});
