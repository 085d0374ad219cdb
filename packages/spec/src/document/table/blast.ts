/** The five dimensions of a blast radius (section 5, step 12). */
export const BLAST_DIMENSIONS = ['data', 'network', 'financial', 'time', 'reversibility'] as const;
/** One of {@link BLAST_DIMENSIONS}. */
export type BlastDimension = (typeof BLAST_DIMENSIONS)[number];

/** What the words of a record's `reversibility` count (section 5, step 12). */
export const REVERSIBILITY: Readonly<Record<string, number>> = {
  reversible: 0,
  'partially-reversible': 2,
  difficult: 4,
  irreversible: 5,
};
/** The most that one dimension counts, and what one counts that is not declared (R10). */
export const WORST_DIMENSION = 5;

/**
 * A worker's blast score, 0 to 25: a dimension that is not declared counts as the worst (R10).
 *
 * @example
 * import { declaredBlast } from '@wcp/spec/document';
 *
 * declaredBlast({ data: 1, network: 0, financial: 0, time: 1, reversibility: 'difficult' }); // 6
 */
export function declaredBlast(
  radius: Readonly<Partial<Record<BlastDimension, number | string>>> | undefined,
): number {
  if (radius === undefined) return WORST_DIMENSION * BLAST_DIMENSIONS.length;
  return BLAST_DIMENSIONS.reduce((sum, dimension) => {
    // Only an own member is a declaration: what `Object.prototype` says is not the authority's.
    const value = Object.hasOwn(radius, dimension) ? radius[dimension] : undefined;
    return sum + scoreOf(value);
  }, 0);
}

/**
 * The risk tier that goes with a blast score, for a record that is written by a program.
 *
 * @example
 * import { riskTierOf } from '@wcp/spec/document';
 *
 * riskTierOf(25); // critical
 */
export function riskTierOf(score: number): 'low' | 'medium' | 'high' | 'critical' {
  if (score <= 3) return 'low';
  if (score <= 10) return 'medium';
  return score <= 20 ? 'high' : 'critical';
}

function scoreOf(value: number | string | undefined): number {
  if (value === undefined) return WORST_DIMENSION;
  return typeof value === 'number' ? value : (REVERSIBILITY[value] as number);
}
