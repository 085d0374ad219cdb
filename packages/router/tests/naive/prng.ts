// Randomness that a seed determines.

export interface Rng {
  /** An integer from 0 to `below` - 1. */
  readonly int: (below: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(values: readonly T[]) => T;
  /** Each value with the same probability, in their order. */
  readonly some: <T>(values: readonly T[], probability: number) => T[];
  /** One of the values, by weight. */
  readonly weighted: <T>(rows: readonly (readonly [number, T])[]) => T;
  /** `{[name]: make()}` with that probability, else `{}`. */
  readonly maybe: (probability: number, name: string, make: () => unknown) => Record<string, unknown>;
  readonly shuffled: <T>(values: readonly T[]) => T[];
}

export function makeRng(seed: number): Rng {
  const next = mulberry32(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
  const int = (below: number): number => Math.floor(next() * below);
  const chance = (probability: number): boolean => next() < probability;
  const pick = <T>(values: readonly T[]): T => values[int(values.length)] as T;
  const weighted = <T>(rows: readonly (readonly [number, T])[]): T => {
    let left = next() * rows.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of rows) {
      left -= weight;
      if (left < 0) return value;
    }
    return pick(rows)[1];
  };
  return {
    int,
    chance,
    pick,
    weighted,
    some: (values, probability) => values.filter(() => chance(probability)),
    maybe: (probability, name, make) => (chance(probability) ? { [name]: make() } : {}),
    shuffled: (values) =>
      values
        .map((value) => ({ value, at: next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ value }) => value),
  };
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
