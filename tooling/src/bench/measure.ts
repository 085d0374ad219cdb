/** Measuring on a noisy machine: side by side, in turns, in one run; what counts is the ratio. */

const elapsed = () => Number(process.hrtime.bigint()) / 1e6;

/** Milliseconds that this process has had a processor: what a core can do, however many others want it. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

/** Milliseconds that one call takes. */
function time(work: () => unknown): number {
  const start = elapsed();
  work();
  return elapsed() - start;
}

/** The times of several calls, in milliseconds. */
export function times(work: () => unknown, rounds = 5): number[] {
  return Array.from({ length: rounds }, () => time(work));
}

/** The times of several works in milliseconds, in turns, so that a slow moment of the machine hits all alike. */
export async function timesInTurns(works: readonly (() => unknown)[], rounds: number): Promise<number[][]> {
  const samples = works.map(() => [] as number[]);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, work] of works.entries()) {
      const start = elapsed();
      await work();
      if (round >= 0) samples[index]?.push(elapsed() - start);
    }
  }
  return samples;
}

interface RateOptions {
  readonly rounds?: number;
  /** Milliseconds of a turn. */
  readonly turn?: number;
  /** The clock, in milliseconds (default: time as it passes). */
  readonly now?: () => number;
}

/** Calls per second of each function, turn by turn, so that a slow moment of the machine hits all alike. */
export function rates(functions: readonly (() => unknown)[], options: RateOptions = {}): number[][] {
  const { rounds = 15, turn = 40, now = elapsed } = options;
  for (const work of functions) turnRate(work, 150, now);
  const samples = functions.map((work) => ({ work, rates: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const sample of samples) sample.rates.push(turnRate(sample.work, turn, now));
  }
  return samples.map((sample) => sample.rates);
}

function turnRate(work: () => unknown, milliseconds: number, now: () => number): number {
  const start = now();
  let calls = 0;
  while (now() - start < milliseconds) {
    for (let index = 0; index < 200; index += 1) work();
    calls += 200;
  }
  return (calls * 1000) / (now() - start);
}

/** The middle of the numbers; not a number where there are none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The value below which a share of the numbers lies. */
function quantile(numbers: readonly number[], share: number): number {
  const sorted = Float64Array.from(numbers).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Mebibytes on the heap once everything dead has been collected; needs `--expose-gc`. */
export function heap(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1_048_576;
}

/**
 * A share of the numbers, such as the median, in each of several parts of them, in the order in which they were measured:
 * eleven parts, or five where there would be less than a hundred in each.
 */
export function quantileSamples(numbers: readonly number[], share: number): number[] {
  const parts = numbers.length < 1_100 ? 5 : 11;
  const at = (part: number) => Math.floor((numbers.length * part) / parts);
  return Array.from({ length: parts }, (_, part) => quantile(numbers.slice(at(part), at(part + 1)), share));
}
