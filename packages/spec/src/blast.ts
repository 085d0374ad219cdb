import type { BlastRadius } from './schema/record.ts';
import { BLAST_DIMENSIONS } from './schema/common.ts';

/** What the words of a record's `reversibility` count (section 5, step 12). */
export const REVERSIBILITY: Readonly<Record<string, number>> = {
  reversible: 0,
  'partially-reversible': 2,
  difficult: 4,
  irreversible: 5,
};
const WORST = 5;

/** A worker's blast score, 0 to 25: what is not declared counts as the worst (R10). */
export function declaredBlast(radius: BlastRadius | undefined): number {
  if (radius === undefined) return WORST * BLAST_DIMENSIONS.length;
  return BLAST_DIMENSIONS.reduce((sum, dimension) => sum + dimensionOf(radius[dimension]), 0);
}

function dimensionOf(value: number | string | undefined): number {
  if (value === undefined) return WORST;
  return typeof value === 'number' ? value : (REVERSIBILITY[value] as number);
}
