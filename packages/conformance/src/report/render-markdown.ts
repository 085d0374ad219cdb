import { LEVELS, type Level } from '../fixtures/schema/common.ts';
import { NOT_RUN } from '../runner/port-problem.ts';
import type { CaseReport, ConformanceReport, Counts } from './schema/report.ts';

/** The names of the conformance levels (section 11). */
export const LEVEL_NAMES: Readonly<Record<Level, string>> = {
  basic: 'WCP-Basic',
  standard: 'WCP-Standard',
  full: 'WCP-Full',
};

const MAX_CASES = 50;

/**
 * The report as a page of Markdown: conformance level, counts, and the cases with an unexpected result.
 *
 * @example
 * ```ts
 * import { type ConformanceReport, renderMarkdown } from '@wcp/conformance';
 *
 * declare const report: ConformanceReport;
 * console.log(renderMarkdown(report));
 * ```
 */
export function renderMarkdown(report: ConformanceReport): string {
  const sections = [
    heading(report),
    problems(report),
    levels(report),
    areas(report),
    unexpected(report),
    known(report),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function heading({
  implementation,
  revision,
  level,
  fixtures,
  totals,
  unexpected,
  selection,
}: ConformanceReport): string {
  const name = implementation === null ? 'A port that did not start' : nameOf(implementation);
  const reached = level === null ? 'no level' : LEVEL_NAMES[level];
  const part = selection.filter === null ? '' : `, filter ${plain(selection.filter)}`;
  const counted = `${totals.passed} of ${totals.cases} cases passed (${fixtures.cases} in all${part}), ${unexpected} unexpected.`;
  return `# ${name}: ${reached}\n\nRevision ${revision}, fixtures \`${fixtures.digest}\`. ${counted}`;
}

function nameOf({ name, version, language }: NonNullable<ConformanceReport['implementation']>): string {
  return `${plain(name)} ${plain(version)} (${plain(language)})`;
}

function problems({ problems: found }: ConformanceReport): string {
  return found.length === 0
    ? ''
    : ['## Problems', '', ...found.map(({ message }) => `- ${plain(message)}`)].join('\n');
}

function levels(report: ConformanceReport): string {
  const rows = LEVELS.map((level) => {
    const { required, passed, reached } = report.levels[level];
    return [LEVEL_NAMES[level], String(required), String(passed), reached ? 'yes' : 'no'];
  });
  return table(['level', 'required', 'passed', 'reached'], rows);
}

function areas(report: ConformanceReport): string {
  const row = (name: string, { cases, passed, failed, skipped, errored, known: listed }: Counts) => [
    name,
    ...[cases, passed, failed, skipped, errored, listed].map(String),
  ];
  const rows = Object.entries(report.areas).map(([area, counts]) => row(area, counts));
  const head = ['area', 'cases', 'passed', 'failed', 'skipped', 'errored', 'known failures'];
  return table(head, [...rows, row('**all**', report.totals)]);
}

function unexpected({ cases, known_failures }: ConformanceReport): string {
  const found = cases.filter((item) => item.unexpected && !isNotRun(item));
  const notRun = cases.filter(isNotRun).length;
  const unknown = known_failures.unknown.map(
    (id) => `- \`${id}\` is listed as a known failure, but there is no such case.`,
  );
  if (found.length + unknown.length + notRun === 0) return '';
  const more = found.length > MAX_CASES ? [`- … and ${found.length - MAX_CASES} more.`] : [];
  if (notRun > 0) more.push(`- ${notRun} cases were not run.`);
  return ['## Unexpected', '', ...unknown, ...found.slice(0, MAX_CASES).map(line), ...more].join('\n');
}

/** The problem that stopped the run is shown above, once. */
function isNotRun({ status, message }: CaseReport): boolean {
  return status === 'errored' && (message?.startsWith(NOT_RUN) ?? false);
}

function line({ id, title, requirements, status, known_failure, message, diff }: CaseReport): string {
  const head = `- \`${id}\` (${requirements.join(', ')}: ${plain(title)}): **${status}**.`;
  if (status === 'passed') return `${head} It is listed as a known failure (${plain(known_failure ?? '')}).`;
  const [first] = diff;
  return first === undefined
    ? `${head} ${plain(message ?? '')}`
    : `${head} ${plain(message ?? '')} ${place(first)}`;
}

function place({ path, expected, got }: CaseReport['diff'][number]): string {
  return `At \`${path}\`: expected ${code(expected)}, got ${code(got)}.`;
}

function known({ cases }: ConformanceReport): string {
  const listed = cases.filter(({ known_failure, status }) => known_failure !== null && status !== 'passed');
  if (listed.length === 0) return '';
  const rows = listed.map(({ id, known_failure, status }) => [
    `\`${id}\``,
    status,
    plain(known_failure ?? ''),
  ]);
  return `## Known failures\n\n${table(['case', 'status', 'reason'], rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function code(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return plain(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

/** Underscores inside words, as in the protocol's names, are not markup. */
const MARKUP = /[\\`*[\]<>#|!&~@]|:(?=\/\/)|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;

/** Text that is shown as it is: a port chooses it, and it must not become markup. */
function plain(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\p{Cc}|\p{Cf}/gu, '\ufffd')
    .replaceAll(MARKUP, (character) => `&#${character.charCodeAt(0)};`);
}
