import { digestText, joinDigest, lastingText } from '@wcp/spec/document';
import { expect, test } from 'vitest';
import { compileWorld, decide } from '../../src/index.ts';
import { generated } from '../generated.ts';

test('The functions lastingText and digestText write the lasting part of a decision the same.', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const { documents, facts, input } = generated(seed);
    const decision = decide(compileWorld(documents), facts, input);
    expect(joinDigest('{}', lastingText(decision))).toBe(digestText('{}', decision));
  }
});
