import { utf8Length } from '@wcp/spec/json';
import { visible } from '../base/quote.ts';
import { escapeMarkup } from './escape-markup.ts';
import { MAX_REPORT_BYTES } from './fit-report.ts';
import type { CaseDetail, CaseReport, ConformanceReport } from './schema/report.ts';
import { areaOf, tellCase } from './tell-case.ts';

/** What the suites around the cases may take, and the problems of the port. */
const RESERVE_BYTES = 40_000;

/** A case and its element. */
interface Told {
  readonly item: CaseReport;
  readonly xml: string;
}

/**
 * The report as JUnit XML: one suite for each area, and one for what is wrong with the port as a whole. It has at
 * most 2 MB: the property `left_out` says how many cases are told without their detail.
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
  const { told, leftOut } = tellCases(report.cases);
  const within = (area: string) => told.filter(({ item }) => areaOf(item) === area);
  const { cases, details } = report.left_out;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="WCP ${escapeMarkup(report.revision)}" time="${seconds(report.duration_ms)}">`,
    ...Object.keys(report.areas).map((area) => areaSuite(area, within(area))),
    portSuite(report, leftOut + cases + details),
    '</testsuites>',
    '',
  ].join('\n');
}

/** Every case in brief, and with its detail as long as there is room. */
function tellCases(cases: readonly CaseReport[]): { told: readonly Told[]; leftOut: number } {
  const brief = cases.map((item) => ({ item, xml: testCase(item, undefined) }));
  let left = MAX_REPORT_BYTES - RESERVE_BYTES - brief.reduce((sum, { xml }) => sum + utf8Length(xml) + 1, 0);
  let leftOut = 0;
  const told = brief.map(({ item, xml }) => {
    if (item.detail === undefined) return { item, xml };
    const whole = testCase(item, item.detail);
    const more = utf8Length(whole) - utf8Length(xml);
    if (more > left) {
      leftOut += 1;
      return { item, xml };
    }
    left -= more;
    return { item, xml: whole };
  });
  return { told, leftOut };
}

function areaSuite(area: string, told: readonly Told[]): string {
  const count = (what: string) => told.filter(({ item }) => kindOf(item) === what).length;
  const head = `  <testsuite name="${escapeMarkup(area)}" tests="${told.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}">`;
  return [head, ...told.map(({ xml }) => xml), '  </testsuite>'].join('\n');
}

/** A known failure counts as skipped, one that passes as a failure: JUnit has no terms of its own for them. */
function kindOf({ status, known_failure }: CaseReport): 'failure' | 'error' | 'skipped' | 'passed' {
  if (known_failure !== null) return status === 'passed' ? 'failure' : 'skipped';
  return ({ passed: 'passed', failed: 'failure', errored: 'error', skipped: 'skipped' } as const)[status];
}

function testCase(item: CaseReport, detail: CaseDetail | undefined): string {
  const open = `    <testcase classname="${escapeMarkup(areaOf(item))}" name="${escapeMarkup(item.id)}" time="${seconds(item.duration_ms)}"`;
  const kind = kindOf(item);
  if (kind === 'passed') return `${open}/>`;
  const type = item.fault === null ? '' : ` type="${item.fault}"`;
  const body = detail === undefined || kind === 'skipped' ? '' : bodyOf(detail);
  return `${open}>\n      <${kind}${type} message="${escapeMarkup(messageOf(item, detail))}">${body}</${kind}>\n    </testcase>`;
}

function messageOf({ status, known_failure, fault }: CaseReport, detail: CaseDetail | undefined): string {
  if (known_failure === null) return detail?.message ?? `${fault}`;
  if (status === 'passed')
    return 'It passes although it is listed as a known failure: remove it from the list.';
  return `Known failure: ${visible(known_failure)}`;
}

function bodyOf(detail: CaseDetail): string {
  const lines = tellCase(detail).map(({ label, text }) => `${label}: ${text}`);
  return escapeMarkup(
    [detail.title, ...lines, `tests: ${detail.requirements.join(', ')}`].map(visible).join('\n'),
  );
}

function portSuite({ problems }: ConformanceReport, leftOut: number): string {
  const tests = problems.map(
    ({ code, message }) =>
      `    <testcase classname="port" name="${code}">\n      <error message="${escapeMarkup(message)}"></error>\n    </testcase>`,
  );
  const head = `  <testsuite name="port" tests="${tests.length}" failures="0" errors="${tests.length}" skipped="0">`;
  const property = `    <properties><property name="left_out" value="${leftOut}"/></properties>`;
  return [head, property, ...tests, '  </testsuite>'].join('\n');
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
