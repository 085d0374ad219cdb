import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { keyOf, type Mutant } from './generate/find-mutants.ts';
import type { TriedMutant } from './run/try-mutants.ts';

/** A number of mutants, the same for the same seed: those whose keys hash lowest. */
export function sampleMutants(mutants: readonly Mutant[], count: number, seed: string): Mutant[] {
  const ranked = mutants.map((mutant, index) => ({ mutant, rank: rankOf(mutant, index, seed) }));
  ranked.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const sampled = new Set(ranked.slice(0, count).map(({ mutant }) => mutant));
  return mutants.filter((mutant) => sampled.has(mutant));
}

function rankOf(mutant: Mutant, index: number, seed: string): string {
  return createHash('sha256')
    .update(`${seed}\n${index}\n${keyOf(mutant)}`)
    .digest('hex');
}

/** Those that survived an earlier run, of which `file` holds the result. */
export function survivorsOf(file: string, mutants: readonly Mutant[]): Mutant[] {
  const { tried }: { tried: readonly TriedMutant[] } = JSON.parse(readFileSync(file, 'utf8'));
  const keys = new Set(tried.filter(({ caught }) => caught === null).map(keyOf));
  return mutants.filter((mutant) => keys.has(keyOf(mutant)));
}
