import { utf8Length } from '@wcp/spec/json';
import { jsonForPeople, REPORT_SEPARATOR } from './json-for-people.ts';
import type { CaseReport, ConformanceReport } from './schema/report.ts';

/** The greatest length of a report in bytes, in each format. */
export const MAX_REPORT_BYTES = 2_000_000;
/** What the members besides `cases` and the format around them may add to what is counted here. */
const RESERVE_BYTES = 20_000;

/**
 * The report within its greatest length: every case in brief, and details for as many as fit, the examples of the
 * statements first. Where not even the cases in brief fit, those that passed are left out first.
 *
 * @param urgent the ids of the cases in the order in which their details matter
 */
export function fitReport(report: ConformanceReport, urgent: readonly string[]): ConformanceReport {
  const { cases, ...rest } = report;
  let left = MAX_REPORT_BYTES - RESERVE_BYTES - utf8Length(jsonForPeople(rest));
  const kept = new Set<CaseReport>();
  for (const item of [...cases].sort(
    (a, b) => Number(a.status === 'passed') - Number(b.status === 'passed'),
  )) {
    const { detail: _, ...brief } = item;
    left -= sizeOf(brief);
    if (left < 0) break;
    kept.add(item);
  }
  const byId = new Map([...kept].map((item) => [item.id, item]));
  const detailed = new Set<string>();
  for (const id of urgent) {
    const { detail } = byId.get(id) ?? {};
    const size = detail === undefined ? Number.POSITIVE_INFINITY : sizeOf({ detail });
    if (size > left) continue;
    left -= size;
    detailed.add(id);
  }
  const fitted = cases
    .filter((item) => kept.has(item))
    .map((item) => (detailed.has(item.id) ? item : inBrief(item)));
  const details = cases.filter(({ detail }) => detail !== undefined).length - detailed.size;
  return {
    ...report,
    cases: fitted,
    left_out: { ...report.left_out, cases: cases.length - fitted.length, details },
  };
}

function inBrief({ detail: _, ...brief }: CaseReport): CaseReport {
  return brief;
}

function sizeOf(value: object): number {
  return utf8Length(jsonForPeople(value)) + REPORT_SEPARATOR.length;
}
