import type { PortProblemCode } from '../runner/port-problem.ts';
import type { ConformanceReport } from './schema/report.ts';

/** With these, the command is wrong: no port ever ran. */
const COMMAND_PROBLEMS: readonly PortProblemCode[] = [
  'command_not_found',
  'command_not_executable',
  'command_failed',
  'folder_not_found',
];

/**
 * The exit status for a report: 0 when everything was as expected; 1 when something was not (a case that
 * failed, was skipped or errored without being a known failure, a known failure that passed, a problem with
 * the port); 2 when the command could not be run, as for an error that `runConformance` throws.
 *
 * @example
 * ```ts
 * import { type ConformanceReport, exitCode } from '@wcp/conformance';
 *
 * declare const report: ConformanceReport;
 * process.exitCode = exitCode(report);
 * ```
 */
export function exitCode(report: Pick<ConformanceReport, 'unexpected' | 'problems'>): 0 | 1 | 2 {
  if (report.problems.some(({ code }) => COMMAND_PROBLEMS.includes(code))) return 2;
  return report.unexpected === 0 ? 0 : 1;
}
