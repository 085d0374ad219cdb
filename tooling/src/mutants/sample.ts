import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { MutantOptions } from './options.ts';
import { keyOf, type Mutant, type TriedMutant } from './run/mutant.ts';

/** The options that choose mutants. */
type Choice = Pick<MutantOptions, 'targets' | 'only' | 'sample' | 'seed' | 'again'>;

/** Whether every mutant of the targets is tried. */
export function isWhole({ only, sample, again }: Choice): boolean {
  return only === '' && sample === undefined && again === undefined;
}

/** The mutants that the options select, and those that are excluded. */
export function chooseMutants(
  all: readonly Mutant[],
  { targets, only, sample, seed, again }: Choice,
): { mutants: readonly Mutant[]; excluded: readonly Mutant[] } {
  const found = all.filter(({ target, path }) => targets.includes(target) && path.includes(only));
  const candidates = found.filter(({ excluded }) => excluded === null);
  const sampled =
    sample === undefined
      ? candidates
      : targets.flatMap((name) =>
          sampleMutants(
            candidates.filter(({ target }) => target === name),
            sample,
            seed,
          ),
        );
  return {
    mutants: again === undefined ? sampled : survivorsOf(again, sampled),
    excluded: found.filter(({ excluded }) => excluded !== null),
  };
}

/** A number of mutants, the same for the same seed: those whose keys hash lowest. */
function sampleMutants(mutants: readonly Mutant[], count: number, seed: string): Mutant[] {
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
function survivorsOf(file: string, mutants: readonly Mutant[]): Mutant[] {
  const results: readonly { tried: readonly TriedMutant[] }[] = JSON.parse(readFileSync(file, 'utf8'));
  const survivors = results.flatMap(({ tried }) => tried).filter(({ caught }) => caught === null);
  const keys = new Set(survivors.map(keyOf));
  return mutants.filter((mutant) => keys.has(keyOf(mutant)));
}
