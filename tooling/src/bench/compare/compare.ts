import type { Figure, Spread } from '../row.ts';

/**
 * What became of a figure: `same` lies within the noise of both runs, `unknown` was measured too seldom to say, `added`
 * and `removed` are in one run alone. `changed` is more than noise where no direction is the better one.
 */
export type Verdict = 'better' | 'worse' | 'changed' | 'same' | 'unknown' | 'added' | 'removed';

/** A figure of one run beside the same of another. */
export interface Change {
  readonly name: string;
  readonly unit: string;
  readonly before: number | null;
  readonly after: number | null;
  /** Relative to before: 0.1 is a tenth more. */
  readonly change: number | null;
  /** How far apart the two may lie by chance, relative to before. */
  readonly noise: number | null;
  readonly verdict: Verdict;
}

/** A change of less is none that anybody needs to know of, however still the machine was. */
const LEAST = 0.02;

/** Which direction is the better one, by the unit. */
const BETTER: readonly (readonly [unit: RegExp, isMore: boolean])[] = [
  [/\/s$/, true],
  [/^(ms|s|%|KiB|MiB|MiB more|bytes each)$/, false],
];

/**
 * Compares two runs, figure by figure, in the order of the later one. Of a figure with a floor the ratio to it is
 * compared: how fast the machine was that day counts for neither.
 */
export function compareFigures(before: readonly Figure[], after: readonly Figure[]): Change[] {
  const earlier = new Map(before.map((figure) => [figure.name, figure]));
  const names = new Set(after.map(({ name }) => name));
  return [
    ...after.map((figure) => compareFigure(earlier.get(figure.name), figure)),
    ...before.filter(({ name }) => !names.has(name)).map((figure) => compareFigure(figure, undefined)),
  ];
}

function compareFigure(before: Figure | undefined, after: Figure | undefined): Change {
  const { name, unit } = (after ?? before) as Figure;
  const missing = { name, unit, change: null, noise: null };
  if (before === undefined)
    return { ...missing, before: null, after: after?.value ?? null, verdict: 'added' };
  if (after === undefined) return { ...missing, before: before.value, after: null, verdict: 'removed' };
  const [one, other] = comparable(before, after);
  const values = { name, unit, before: one.value, after: other.value };
  const difference = other.value - one.value;
  const change = relative(difference, one.value);
  if (one.spread === undefined || other.spread === undefined) {
    return { ...values, change, noise: null, verdict: 'unknown' };
  }
  const noise = noiseOf(one as Measured, other as Measured);
  const isSame = Math.abs(difference) <= Math.max(noise, LEAST * Math.abs(one.value));
  const verdict = isSame ? 'same' : directionOf(unit, difference);
  return { ...values, change, noise: relative(noise, one.value), verdict };
}

interface Measured {
  readonly value: number;
  readonly spread: Spread;
}

type Compared = { readonly value: number; readonly spread: Spread | undefined };

/** The ratios to the floor where both have one that is not the floor itself, else the values. */
function comparable(before: Figure, after: Figure): [Compared, Compared] {
  const ratios = [before, after].map(({ ratio_to_floor: value, ratio_spread: spread }) => ({
    value,
    spread,
  }));
  const [one, other] = ratios;
  if (one?.value !== undefined && other?.value !== undefined) return [one, other] as [Compared, Compared];
  return [
    { value: before.value, spread: before.spread },
    { value: after.value, spread: after.spread },
  ];
}

/** How far the later value may lie from the earlier one without the spreads of the two parting. */
function noiseOf(before: Measured, after: Measured): number {
  const up = before.spread.high - before.value + (after.value - after.spread.low);
  const down = before.value - before.spread.low + (after.spread.high - after.value);
  return after.value > before.value ? up : down;
}

/** A share of a number; of nothing, anything is without bounds. */
function relative(difference: number, of: number): number {
  return difference === 0 ? 0 : difference / Math.abs(of);
}

function directionOf(unit: string, difference: number): Verdict {
  const isMoreBetter = BETTER.find(([pattern]) => pattern.test(unit))?.[1];
  if (isMoreBetter === undefined) return 'changed';
  return difference > 0 === isMoreBetter ? 'better' : 'worse';
}
