import { expect, test } from 'vitest';
import { documentOf, freshRegistrar } from '../samples.ts';
import { SENTENCES } from './sentences-by-language.ts';

test('Each of fifty languages is found by a question of its own in one document.', async () => {
  expect(SENTENCES.length).toBeGreaterThanOrEqual(50);
  const { register, find } = freshRegistrar();
  await register(
    documentOf(
      'languages',
      SENTENCES.map(([, sentence]) => sentence),
    ),
  );
  const found: [string, string | undefined][] = [];
  for (const [language, , query] of SENTENCES) {
    const [best] = await find({ query });
    found.push([language, SENTENCES.find(([, sentence]) => sentence === best?.text)?.[0]]);
  }
  expect(found).toEqual(SENTENCES.map(([language]) => [language, language]));
});
