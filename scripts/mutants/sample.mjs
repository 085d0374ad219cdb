import { createHash } from 'node:crypto';
import { keyOf } from './find-mutants.mjs';

/** So many mutants, the same for the same seed: those whose keys hash lowest. */
export function draw(mutants, count, seed) {
  const ranked = mutants.map((mutant, index) => ({ index, rank: rankOf(mutant, index, seed) }));
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const drawn = new Set(ranked.slice(0, count).map(({ index }) => index));
  return mutants.filter((_, index) => drawn.has(index));
}

function rankOf(mutant, index, seed) {
  return createHash('sha256')
    .update(`${seed}\n${index}\n${keyOf(mutant)}`)
    .digest('hex');
}
