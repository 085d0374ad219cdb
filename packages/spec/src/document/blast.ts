import { BLAST_DIMENSIONS, type BlastDimension } from './schema/common.ts';
import type { BlastRadius } from './schema/record.ts';

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
  return BLAST_DIMENSIONS.reduce((sum, dimension) => sum + dimensionOf(radius, dimension), 0);
}

/** Only an own member is a declaration: what `Object.prototype` says is not the authority's. */
function dimensionOf(radius: BlastRadius, dimension: BlastDimension): number {
  const value = Object.hasOwn(radius, dimension) ? radius[dimension] : undefined;
  if (value === undefined) return WORST;
  return typeof value === 'number' ? value : (REVERSIBILITY[value] as number);
}
