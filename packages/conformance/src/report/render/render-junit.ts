import { utf8Length } from '@wcp/spec/json';
import { visible } from '../../base/quote.ts';
import { fitWithin, MAX_REPORT_BYTES } from '../fit-within.ts';
import type { CaseDetail, CaseReport, ConformanceReport } from '../schema/report.ts';
import { escapeMarkup } from './escape-markup.ts';
import { areaOf, tellCase } from './tell-case.ts';

/** What the suites around the cases may take, and the problems of the port. */
const RESERVE_BYTES = 40_000;

/**
 * The report as JUnit XML: one suite for each area, and one for what is wrong with the port as a whole. It has at
 * most 2 MB: the property `left_out` says how many cases are told without their detail, or not at all.
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
  const elements = tellCases(report.cases);
  const { cases, details } = report.left_out;
  const within = (area: string) => report.cases.filter((item) => areaOf(item) === area);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="WCP ${escapeMarkup(report.revision)}" time="${seconds(report.duration_ms)}">`,
    ...Object.keys(report.areas).map((area) => areaSuite(area, within(area), elements.byId)),
    portSuite(report, elements.leftOut + cases + details),
    '</testsuites>',
    '',
  ].join('\n');
}

/** The element of every case, in brief or with its detail, as far as there is room. */
function tellCases(cases: readonly CaseReport[]): { byId: ReadonlyMap<string, string>; leftOut: number } {
  const sizes = cases.map((item) => ({
    id: item.id,
    brief: utf8Length(testCase(item, false)) + 1,
    whole: utf8Length(testCase(item, true)) + 1,
    passed: item.status === 'passed',
  }));
  const urgent = cases.map(({ id }) => id);
  const { told, whole } = fitWithin(sizes, urgent, MAX_REPORT_BYTES - RESERVE_BYTES);
  const kept = cases.filter(({ id }) => told.has(id));
  return {
    byId: new Map(kept.map((item) => [item.id, testCase(item, whole.has(item.id))])),
    leftOut: cases.length - whole.size,
  };
}

function areaSuite(
  area: string,
  cases: readonly CaseReport[],
  elements: ReadonlyMap<string, string>,
): string {
  const count = (what: string) => cases.filter((item) => kindOf(item) === what).length;
  const head = `  <testsuite name="${escapeMarkup(area)}" tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}">`;
  const told = cases.map(({ id }) => elements.get(id)).filter((element) => element !== undefined);
  return [head, ...told, '  </testsuite>'].join('\n');
}

/** A known failure counts as skipped, one that passes as a failure: JUnit has no terms of its own for them. */
function kindOf({ status, known_failure }: CaseReport): 'failure' | 'error' | 'skipped' | 'passed' {
  if (known_failure !== null) return status === 'passed' ? 'failure' : 'skipped';
  return ({ passed: 'passed', failed: 'failure', errored: 'error', skipped: 'skipped' } as const)[status];
}

function testCase(item: CaseReport, isWhole: boolean): string {
  const open = `    <testcase classname="${escapeMarkup(areaOf(item))}" name="${escapeMarkup(item.id)}" time="${seconds(item.duration_ms)}"`;
  const kind = kindOf(item);
  if (kind === 'passed') return `${open}/>`;
  const { fault, detail } = item;
  const type = fault === null || kind === 'skipped' ? '' : ` type="${fault}"`;
  const message = escapeMarkup(visible(isWhole ? messageOf(item) : briefMessageOf(item)));
  const body = isWhole && detail !== undefined && kind !== 'skipped' ? bodyOf(detail) : '';
  return `${open}>\n      <${kind} message="${message}"${type}>${body}</${kind}>\n    </testcase>`;
}

function messageOf(item: CaseReport): string {
  const { status, known_failure, detail } = item;
  if (known_failure === null) return detail?.message ?? briefMessageOf(item);
  if (status === 'passed')
    return 'It passes although it is listed as a known failure: remove it from the list.';
  return `Known failure: ${known_failure}`;
}

function briefMessageOf({ known_failure, fault }: CaseReport): string {
  return known_failure === null ? `${fault}` : 'Known failure';
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
