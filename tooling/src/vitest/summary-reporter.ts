import type { Reporter, TestModule } from 'vitest/node';

/** Ends every test run in the plain line `N passed, N failed` that CI reads. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state);
      // A file that fails outside of its tests, such as by an import, counts as one failure.
      if (module.state() === 'failed' && !states.includes('failed')) count.failed += 1;
      for (const state of states) count[state] += 1;
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    process.once('exit', () => console.log(`\n${count.passed} passed, ${count.failed} failed${skipped}`));
  }
}
