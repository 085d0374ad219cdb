import { escapeMarkup } from './escape-markup.ts';
import type { CaseReport, ConformanceReport, Problem } from './schema/report.ts';

/**
 * The report as JUnit XML: one suite for each area, and one for what is wrong with the port as a whole.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { type ConformanceReport, renderJUnit } from '@wcp/conformance';
 *
 * declare const report: ConformanceReport;
 * await writeFile('conformance.xml', renderJUnit(report));
 * ```
 */
export function renderJUnit(report: ConformanceReport): string {
  const areas = Object.keys(report.areas).map((area) => ({
    area,
    cases: report.cases.filter((item) => item.area === area),
  }));
  const suites = [...areas.map(({ area, cases }) => areaSuite(area, cases)), portSuite(report.problems)];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="WCP ${escapeMarkup(report.revision)}" time="${seconds(report.duration_ms)}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function areaSuite(area: string, cases: readonly CaseReport[]): string {
  const count = (what: string) => cases.filter((item) => kindOf(item) === what).length;
  const head = `  <testsuite name="${escapeMarkup(area)}" tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}">`;
  return [head, ...cases.map(testCase), '  </testsuite>'].join('\n');
}

/** A known failure counts as skipped, one that passes as a failure: JUnit has no terms of its own for them. */
function kindOf({ status, known_failure }: CaseReport): 'failure' | 'error' | 'skipped' | 'passed' {
  if (known_failure !== null) return status === 'passed' ? 'failure' : 'skipped';
  return ({ passed: 'passed', failed: 'failure', errored: 'error', skipped: 'skipped' } as const)[status];
}

function testCase(item: CaseReport): string {
  const open = `    <testcase classname="${escapeMarkup(item.area)}" name="${escapeMarkup(item.id)}" time="${seconds(item.duration_ms)}"`;
  const kind = kindOf(item);
  if (kind === 'passed') return `${open}/>`;
  const body = kind === 'skipped' ? '' : escapeMarkup(JSON.stringify(item.diff, null, 2));
  return `${open}>\n      <${kind} message="${escapeMarkup(messageOf(item))}">${body}</${kind}>\n    </testcase>`;
}

function messageOf({ status, known_failure, message }: CaseReport): string {
  if (known_failure === null) return message ?? '';
  if (status === 'passed')
    return 'It passes although it is listed as a known failure: remove it from the list.';
  return `Known failure: ${known_failure}`;
}

function portSuite(problems: readonly Problem[]): string {
  const tests = problems.map(
    ({ code, message }) =>
      `    <testcase classname="port" name="${code}">\n      <error message="${escapeMarkup(message)}"></error>\n    </testcase>`,
  );
  const head = `  <testsuite name="port" tests="${tests.length}" failures="0" errors="${tests.length}" skipped="0">`;
  return [head, ...tests, '  </testsuite>'].join('\n');
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
