import { join } from 'node:path';
import { type ConformanceReport, loadFixtures, runConformance } from '@wcp/conformance';
import { expect, test } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../../../src/main.ts');

/** This implementation as a port. */
export const SELF = [process.execPath, PROGRAM, 'conformance', 'serve'] as const;

/** Runs this implementation twice against the cases that a filter selects. */
export function testSameReport(filter: string): void {
  test('This implementation gives the same report at every run, except for times.', async () => {
    const fixtures = await loadFixtures();
    const [command, ...args] = SELF;
    const run = () =>
      runConformance({ command, args, fixtures, knownFailures: [], timeoutMs: 60_000, filter });
    const [first, second] = await Promise.all([run(), run()]);
    expect(first.cases.length).toBeGreaterThan(100);
    expect(timeless(second)).toEqual(timeless(first));
  }, 300_000);
}

/** A report without its times: members that end in _ms, and when it began. */
function timeless(report: ConformanceReport): unknown {
  return JSON.parse(
    JSON.stringify(report, (name, value) =>
      name.endsWith('_ms') || name === 'started_at' ? undefined : value,
    ),
  );
}
