import { isClipped } from '../../base/clip.ts';
import { cut, MAX_QUOTE_LENGTH, quoted, visible } from '../../base/quote.ts';
import type { CaseDetail, CaseReport, ConformanceReport, StatementReport } from '../schema/report.ts';

const MAX_DIFFERENCES = 3;

/** A line about a case: what it is about, and a text that the port may have chosen. */
export interface CaseLine {
  readonly label: string;
  readonly text: string;
}

/** These faults say all that their message says. */
const PLAIN_FAULTS: readonly (string | null)[] = ['wrong_outcome', 'wrong_code', 'wrong_member'];

/** The message of a case, or nothing where the fault beside it says as much. */
export function tellMessage({ fault }: CaseReport, { message }: CaseDetail): readonly string[] {
  return PLAIN_FAULTS.includes(fault) ? [] : [message];
}

/** What was expected and what came, then the first differences: each a line, not yet escaped for any format. */
export function tellCase({ cause, diff, diff_left_out }: CaseDetail): readonly CaseLine[] {
  const more = diff.length + diff_left_out - MAX_DIFFERENCES;
  return [
    { label: 'expected', text: cause.expected },
    { label: 'got', text: cause.got },
    ...diff.slice(0, MAX_DIFFERENCES).map(tellDifference),
    ...(more > 0
      ? [{ label: 'and', text: `${more} more ${more === 1 ? 'difference' : 'differences'}` }]
      : []),
  ];
}

function tellDifference({ path, kind, expected, got }: CaseDetail['diff'][number]): CaseLine {
  const label = path === '' ? 'at the top' : `at ${path}`;
  if (kind === 'order') {
    return {
      label,
      text: `the same items in another order: expected ${sideOf(expected)}, got ${sideOf(got)}`,
    };
  }
  if (kind === undefined) return { label, text: `expected ${sideOf(expected)}, got ${sideOf(got)}` };
  const missing = expected === undefined ? [] : [`missing ${sideOf(expected)}`];
  const surplus = got === undefined ? [] : [`not expected ${sideOf(got)}`];
  return { label, text: [...missing, ...surplus].join(', ') };
}

/** A value that was cut is the beginning of its JSON text already. */
function sideOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' && isClipped(value)
    ? visible(cut(value, MAX_QUOTE_LENGTH))
    : quoted(value);
}

/** The area of a case, the first part of its id. */
export function areaOf({ id }: Pick<CaseReport, 'id'>): string {
  return id.split('/')[0] ?? id;
}

/** The statements that explain cases with an unexpected answer: each such case is told under one of them. */
export function explaining({ statements }: ConformanceReport): readonly StatementReport[] {
  return statements.filter(({ grouped }) => grouped > 0);
}

/** Where the text has a statement. */
export function placeOf({ file, heading }: StatementReport): string | null {
  return file === null ? null : `${file}, "${heading ?? ''}"`;
}

/** Everything unexpected that is no case of a statement, in sentences that are not yet escaped. */
export function tellRest(report: ConformanceReport): readonly string[] {
  const { cases, known_failures, not_run, not_offered, unknown_ops, left_out } = report;
  const passing = cases.filter(({ unexpected, status }) => unexpected && status === 'passed');
  const offered = Object.entries(not_offered);
  return [
    ...offered.map(
      ([op, count]) => `${casesOf(count)} of ${op}: not sent, because the port does not list ${op} in "ops".`,
    ),
    ...(unknown_ops.length === 0
      ? []
      : [`The port lists operations that do not exist: ${listOf(unknown_ops, left_out.unknown_ops)}.`]),
    ...(not_run === 0 ? [] : [`${casesOf(not_run)} ${not_run === 1 ? 'was' : 'were'} not run.`]),
    ...passing
      .slice(0, known_failures.passing.length)
      .map(
        ({ id, known_failure }) => `${id} passed, and it is listed as a known failure (${known_failure}).`,
      ),
    ...known_failures.unknown.map((id) => `${id} is listed as a known failure, but there is no such case.`),
    ...(left_out.known_failures === 0
      ? []
      : [`${left_out.known_failures} more known failures are like these.`]),
  ];
}

/** What the report itself leaves out, or null. */
export function tellLeftOut({ left_out: { cases, details } }: ConformanceReport): string | null {
  if (cases + details === 0) return null;
  const brief = details === 0 ? [] : [`the details of ${casesOf(details)}`];
  const gone = cases === 0 ? [] : [casesOf(cases)];
  return `The report has no room for ${[...brief, ...gone].join(' and for ')}: run a part of them with --level or --filter.`;
}

export function casesOf(count: number): string {
  return `${count} ${count === 1 ? 'case' : 'cases'}`;
}

function listOf(names: readonly string[], more: number): string {
  return [...names.map((name) => quoted(name)), ...(more === 0 ? [] : [`${more} more`])].join(', ');
}
