import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
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

/** Those that survived an earlier run. */
export function survivorsIn(file, mutants) {
  const { tried } = JSON.parse(readFileSync(file, 'utf8'));
  const keys = new Set(tried.filter(({ caught }) => caught === null).map(keyOf));
  return mutants.filter((mutant) => keys.has(keyOf(mutant)));
}
