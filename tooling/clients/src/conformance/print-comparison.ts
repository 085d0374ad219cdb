import type { Comparison, Count } from './compare-runs.ts';
import type { EvidenceCount } from './evidence.ts';

/** What came of one revision. */
export interface ConformanceReport {
  readonly revision: string;
  readonly comparisons: readonly Comparison[];
  readonly evidence: EvidenceCount;
}

/** An extension that the fixture does not have: its scenarios run, and must not be worse, but need not pass. */
const EXTENSION = /^tasks-/;

/** Everything for which the check fails. */
export function faultsOf({ comparisons, evidence }: ConformanceReport): string[] {
  const faults = comparisons.flatMap(({ scenario, direct, worse }) => [
    ...worse.map((each) => `${scenario}: ${each}`),
    ...(direct !== null && direct.failed > 0 && !EXTENSION.test(scenario)
      ? [`${scenario}: the fixture itself fails, so nothing is shown.`]
      : []),
  ]);
  const { ALLOW: allowed = 0, ...others } = evidence.outcomes;
  if (comparisons.length === 0) faults.push('No scenario ran.');
  if (allowed === 0) faults.push('No call was dispatched.');
  for (const [outcome, times] of Object.entries(others))
    faults.push(`${times} calls were decided with ${outcome}.`);
  if (!evidence.isVerified) faults.push('The receipts could not be verified.');
  return faults;
}

/** Prints the table of a revision, and its faults. */
export function printComparison(report: ConformanceReport): void {
  const { revision, comparisons, evidence } = report;
  console.log(`\n${revision.padEnd(48)} direct    through the gateway (passed / failed)`);
  for (const { scenario, direct, through, worse } of comparisons)
    console.log(`${mark(worse)} ${scenario.padEnd(46)} ${shown(direct).padEnd(9)} ${shown(through)}`);
  const [direct, through] = [sumOf(comparisons, 'direct'), sumOf(comparisons, 'through')];
  console.log(`  ${'all'.padEnd(46)} ${shown(direct).padEnd(9)} ${shown(through)}`);
  const decided = Object.entries(evidence.outcomes).map(([outcome, times]) => `${times} ${outcome}`);
  console.log(`  decisions: ${decided.join(', ')}; receipts verified: ${evidence.isVerified ? 'yes' : 'NO'}`);
  for (const fault of faultsOf(report)) console.log(`  FAULT ${fault}`);
}

function mark(worse: readonly string[]): string {
  return worse.length === 0 ? ' ' : '✗';
}

function shown(count: Count | null): string {
  return count === null ? '-' : `${count.passed} / ${count.failed}`;
}

function sumOf(comparisons: readonly Comparison[], side: 'direct' | 'through'): Count {
  const counts = comparisons.map((comparison) => comparison[side] ?? { passed: 0, failed: 0 });
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  };
}
