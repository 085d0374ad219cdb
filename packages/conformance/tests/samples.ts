import { join } from 'node:path';
import { loadFixtures } from '../src/fixtures/load-fixtures.ts';
import type { ConformanceReport } from '../src/report/schema/report.ts';
import type { ConformanceOptions } from '../src/run-conformance.ts';
import { runConformance } from '../src/run-conformance.ts';

/** The hand-written fixtures of these tests. */
export const FIXTURES = join(import.meta.dirname, 'fixtures');
/** The programs that play a port. */
export const PLAYERS = join(import.meta.dirname, 'players');
export const fixtures = await loadFixtures(FIXTURES);

/** Runs one of the players against the fixtures of these tests. */
export function playAs(name: string, options: Partial<ConformanceOptions> = {}): Promise<ConformanceReport> {
  return runConformance({
    command: process.execPath,
    args: [join(PLAYERS, `${name}.mjs`)],
    fixtures,
    timeoutMs: 10_000,
    startTimeoutMs: 30_000,
    ...options,
  });
}

/** A report without what may differ between two runs of the same port. */
export function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => name !== 'started_at' && !name.endsWith('_ms'));
  return Object.fromEntries(kept.map(([name, member]) => [name, withoutTimes(member)]));
}
