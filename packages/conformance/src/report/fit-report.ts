import { utf8Length } from '@wcp/spec/json';
import { fitWithin, MAX_REPORT_BYTES } from './fit-within.ts';
import { jsonForPeople, REPORT_SEPARATOR } from './json-for-people.ts';
import type { CaseReport, ConformanceReport } from './schema/report.ts';

/** What the format around the members may add to what is counted here. */
const RESERVE_BYTES = 20_000;

/**
 * The report within its greatest length: every case in brief, and details for as many as fit. Where not even the
 * cases in brief fit, those that passed are left out first.
 *
 * @param urgent the ids of the cases in the order in which their details matter
 */
export function fitReport(report: ConformanceReport, urgent: readonly string[]): ConformanceReport {
  const { cases, ...rest } = report;
  const sizes = cases.map((item) => ({
    id: item.id,
    brief: sizeOf(inBrief(item)),
    whole: sizeOf(item),
    passed: item.status === 'passed',
  }));
  const room = MAX_REPORT_BYTES - RESERVE_BYTES - utf8Length(jsonForPeople(rest));
  const { told, whole } = fitWithin(sizes, urgent, room);
  const fitted = cases
    .filter(({ id }) => told.has(id))
    .map((item) => (whole.has(item.id) ? item : inBrief(item)));
  const details = detailsIn(cases) - detailsIn(fitted);
  return {
    ...report,
    cases: fitted,
    left_out: { ...report.left_out, cases: cases.length - fitted.length, details },
  };
}

function detailsIn(cases: readonly CaseReport[]): number {
  return cases.filter(({ detail }) => detail !== undefined).length;
}

function inBrief({ detail: _, ...brief }: CaseReport): CaseReport {
  return brief;
}

function sizeOf(value: object): number {
  return utf8Length(jsonForPeople(value)) + REPORT_SEPARATOR.length;
}
