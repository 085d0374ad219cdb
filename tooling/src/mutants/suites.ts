import { openPythonSuite } from './python/python-suite.ts';
import type { Suite } from './run/suite.ts';
import { openTypeScriptSuite } from './typescript/typescript-suite.ts';

/** A suite by its targets; it is opened only where one of them is asked for. */
interface SuiteRow {
  readonly targets: readonly string[];
  readonly open: () => Suite;
}

/** Everything that is mutated. */
export const SUITES: readonly SuiteRow[] = [
  { targets: ['router', 'evidence'], open: openTypeScriptSuite },
  { targets: ['python'], open: openPythonSuite },
];

/** The names of all targets. */
export const TARGETS: readonly string[] = SUITES.flatMap(({ targets }) => targets);
