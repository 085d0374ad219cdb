import type { PortProblemCode } from '../runner/port-problem.ts';
import type { ConformanceReport } from './schema/report.ts';

/** Nothing of these is the port's doing: there was none. */
const MISUSE: readonly PortProblemCode[] = [
  'command_not_found',
  'command_not_executable',
  'command_failed',
  'folder_not_found',
];

/**
 * The exit status for a report: 0 when everything was as expected, 1 when something was not (a case
 * that failed, was skipped or errored without being a known failure, a known failure that passed, a
 * trouble with the port), 2 when the command could not be run. What `runConformance` throws is 2, too.
 */
export function exitCode(report: Pick<ConformanceReport, 'unexpected' | 'problems'>): 0 | 1 | 2 {
  if (report.problems.some(({ code }) => MISUSE.includes(code))) return 2;
  return report.unexpected === 0 ? 0 : 1;
}
