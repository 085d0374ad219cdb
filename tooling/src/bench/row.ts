import { median } from './measure.ts';

/** The bounds between which a figure lies that is measured again. */
export interface Spread {
  readonly low: number;
  readonly high: number;
}

/** One figure of the bench. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The values of which this is the median, in the order in which they were measured; none where it is one measurement. */
  readonly samples?: readonly number[];
  /** What the floor gave in the same turns. */
  readonly floor_samples?: readonly number[];
  /** Against the least work that any implementation must do, measured in the same run. */
  readonly ratio_to_floor?: number;
  readonly ratio_to_one_rule?: number;
  readonly ratio_to_alone?: number;
}

/** What a figure should reach. A miss is printed and is not an error: machines are noisy. */
interface Target {
  readonly name: RegExp;
  readonly text: string;
  readonly isReached: (row: BenchRow) => boolean;
}

const TARGETS: readonly Target[] = [
  {
    name: /^(dev|prod): .*rules$/,
    text: 'at least 0.60 of the floor',
    isReached: ({ ratio_to_floor = 0 }) => ratio_to_floor >= 0.6,
  },
  {
    name: /^(dev|prod): 10,000 rules$/,
    text: 'within 20 % of one rule',
    isReached: ({ ratio_to_one_rule = 1 }) => ratio_to_one_rule >= 0.8,
  },
  { name: /^compile/, text: 'under 300 ms', isReached: ({ value }) => value < 300 },
  { name: /^dead rules/, text: 'under 2,000 ms', isReached: ({ value }) => value < 2_000 },
  { name: /^heap/, text: 'under 2 MiB', isReached: ({ value }) => value < 2 },
  {
    name: /^http: routed/,
    text: 'at least 0.50 of the echo',
    isReached: ({ ratio_to_floor = 0 }) => ratio_to_floor >= 0.5,
  },
  {
    name: /^telemetry: every trace/,
    text: 'at least 0.60 of a Hall that reports nothing',
    isReached: ({ ratio_to_floor = 0 }) => ratio_to_floor >= 0.6,
  },
  {
    name: /^store: PostgreSQL, one Hall/,
    text: 'at least 0.75 of SQLite',
    isReached: ({ ratio_to_floor = 0 }) => ratio_to_floor >= 0.75,
  },
  { name: /^http: p99/, text: 'under 50 ms', isReached: ({ value }) => value < 50 },
  { name: /^http: memory/, text: 'flat (under 16 MiB)', isReached: ({ value }) => value < 16 },
  { name: /^overhead .*p50$/, text: 'under 3 ms', isReached: ({ value }) => value < 3 },
  {
    name: /^P0 under/,
    text: 'at most three times the latency alone',
    isReached: ({ ratio_to_alone = Number.POSITIVE_INFINITY }) => ratio_to_alone <= 3,
  },
  {
    name: /^contained: warm call, p50, added/,
    text: 'within 1 ms',
    isReached: ({ value }) => value <= 1,
  },
  {
    name: /^contained: start .*, added/,
    text: 'within 15 ms',
    isReached: ({ value }) => value <= 15,
  },
  {
    name: /^egress: 100 a connection/,
    text: 'at least 2,000 a second',
    isReached: ({ value }) => value >= 2_000,
  },
  {
    // A connection through the broker is two.
    name: /^egress: a connection each/,
    text: 'at least 0.40 of the floor',
    isReached: ({ ratio_to_floor = 0 }) => ratio_to_floor >= 0.4,
  },
  { name: /^mcp: added by the gateway, p50/, text: 'at most 2 ms', isReached: ({ value }) => value <= 2 },
  { name: /^mcp: heap growth/, text: 'flat (under 4 MiB)', isReached: ({ value }) => value < 4 },
  {
    name: /^mcp: descriptors more/,
    text: 'none',
    isReached: ({ value }) => value <= 0,
  },
  {
    // A client gives up after 30 or 60 seconds.
    name: /^mcp: first start of wrap/,
    text: 'under 10 s',
    isReached: ({ value }) => value < 10_000,
  },
  {
    name: /^gate: cedar, 3 policies/,
    text: 'at least 20,000 a second',
    isReached: ({ value }) => value >= 20_000,
  },
  { name: /^cli: wcp (--help|version), time$/, text: 'under 120 ms', isReached: ({ value }) => value < 120 },
  { name: /^cli: wcp (--help|version), memory$/, text: 'under 60 MiB', isReached: ({ value }) => value < 60 },
  { name: /^cli: wcp route, time$/, text: 'under 250 ms', isReached: ({ value }) => value < 250 },
  {
    name: /^hash: .*files$/,
    text: 'under 1.50 of the floor',
    isReached: ({ ratio_to_floor = Number.POSITIVE_INFINITY }) => ratio_to_floor < 1.5,
  },
  { name: /^suggest: rules of/, text: 'under 60 s', isReached: ({ value }) => value < 60 },
  { name: /^suggest: memory/, text: 'under 1,024 MiB', isReached: ({ value }) => value < 1_024 },
  { name: /^log of .*: open$/, text: 'under 2,000 ms', isReached: ({ value }) => value < 2_000 },
  { name: /^log of .*: memory/, text: 'under 300 MiB', isReached: ({ value }) => value < 300 },
  { name: /^log of .*: proof/, text: 'under 20 ms', isReached: ({ value }) => value < 20 },
  {
    name: /^log of .*: verified/,
    text: 'at least 0.80 of the floor',
    isReached: ({ ratio_to_floor = 0 }) => ratio_to_floor >= 0.8,
  },
  { name: /^payloads encrypted/, text: 'at most 5 %', isReached: ({ value }) => value <= 5 },
  { name: /^egress: memory/, text: 'flat (under 96 MiB)', isReached: ({ value }) => value < 96 },
  { name: /^P3 completed/, text: 'more than none', isReached: ({ value }) => value > 0 },
];

/** A row as a line of the terminal, with its targets and whether they were reached. */
export function lineOf(row: BenchRow): string {
  const value = row.value.toLocaleString('en', { maximumFractionDigits: row.value < 1_000 ? 1 : 0 });
  const ratio = row.ratio_to_floor === undefined ? '' : `${row.ratio_to_floor.toFixed(2)} of the floor`;
  return `${row.name.padEnd(44)} ${value.padStart(10)} ${row.unit.padEnd(12)} ${ratio.padEnd(18)} ${verdictOn(row)}`;
}

function verdictOn(row: BenchRow): string {
  return TARGETS.filter(({ name }) => name.test(row.name))
    .map(({ text, isReached }) => `${isReached(row) ? 'reached' : 'MISSED'}: ${text}`)
    .join('; ');
}

/** A row of the median of samples, beside the floor where there is one. */
export function sampledRow(
  name: string,
  unit: string,
  samples: readonly number[],
  floor_samples?: readonly number[],
): BenchRow {
  const value = median(samples);
  if (floor_samples === undefined) return { name, value, unit, samples };
  return { name, value, unit, samples, floor_samples, ratio_to_floor: value / median(floor_samples) };
}

/** What `--json` writes of a row, and what `--compare` reads again. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly spread?: Spread;
  readonly ratio_to_floor?: number;
  readonly ratio_spread?: Spread;
}

/** What `--json` writes of a row. */
export function figureOf({ name, value, unit, samples, floor_samples, ratio_to_floor }: BenchRow): Figure {
  const spread = spreadOf(samples ?? []);
  const ratios = samples?.map((sample, index) => sample / (floor_samples?.[index] ?? Number.NaN)) ?? [];
  const ratio_spread = floor_samples === undefined ? undefined : spreadOf(ratios);
  return {
    name,
    value,
    unit,
    ...(spread === undefined ? {} : { spread }),
    ...(ratio_to_floor === undefined ? {} : { ratio_to_floor }),
    ...(ratio_spread === undefined ? {} : { ratio_spread }),
  };
}

/** With fewer, the extremes say too little of what a next run gives. */
const MIN_SAMPLES = 5;
/** From so many on the middle half of the samples is taken, which an outlier leaves alone. */
const MANY_SAMPLES = 11;

/**
 * The bounds of the noise: the medians of two runs of the same work lie apart by more than both spreads in less than
 * one of a hundred cases. Nothing where there are too few samples to say.
 */
function spreadOf(samples: readonly number[]): Spread | undefined {
  const sorted = samples.filter(Number.isFinite).sort((a, b) => a - b);
  const cut = sorted.length < MANY_SAMPLES ? 0 : Math.floor(sorted.length / 4);
  const [low, high] = [sorted[cut], sorted.at(-1 - cut)];
  if (sorted.length < MIN_SAMPLES || low === undefined || high === undefined) return undefined;
  return { low, high };
}
