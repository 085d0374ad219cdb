import { visible } from '../../base/quote.ts';
import { LEVELS } from '../../fixtures/schema/common.ts';
import type { CaseReport, ConformanceReport, Counts, StatementReport } from '../schema/report.ts';
import { LEVEL_NAMES } from './render-markdown.ts';
import { casesOf, explaining, placeOf, tellCase, tellLeftOut, tellMessage, tellRest } from './tell-case.ts';

const MAX_STATEMENTS = 20;
const MAX_EXAMPLES = 2;

/**
 * The report for a terminal: what is unexpected by statement, then the counts by area and level. A port chooses
 * many of its characters, and none of them reaches the terminal as a control.
 *
 * @example
 * ```ts
 * import { type ConformanceReport, renderText } from '@wcp/conformance';
 *
 * declare const report: ConformanceReport;
 * process.stdout.write(renderText(report));
 * ```
 */
export function renderText(report: ConformanceReport): string {
  const sections = [
    heading(report),
    listed(
      'Problems of the port as a whole',
      report.problems.map(({ message }) => message),
    ),
    statements(report),
    listed('Also', tellRest(report)),
    table(['area', 'cases', 'passed', 'failed', 'skipped', 'errored', 'known failures'], areaRows(report)),
    table(['level', 'required', 'passed', 'reached'], levelRows(report)),
    closing(report),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.map(visible).join('\n')}\n`)
    .join('\n');
}

function heading({ implementation, revision, level, fixtures }: ConformanceReport): string[] {
  const name =
    implementation === null
      ? 'A port that did not start'
      : `${implementation.name} ${implementation.version} (${implementation.language})`;
  return [
    `${name}: ${level === null ? 'no level' : LEVEL_NAMES[level]}`,
    `Revision ${revision}, fixtures ${fixtures.digest}.`,
  ];
}

function listed(title: string, sentences: readonly string[]): string[] {
  return sentences.length === 0 ? [] : [title, ...sentences.map((sentence) => `  - ${sentence}`)];
}

function statements(report: ConformanceReport): string[] {
  const found = explaining(report);
  if (found.length === 0) return [];
  const more = found.slice(MAX_STATEMENTS);
  const count = more.reduce((sum, { grouped }) => sum + grouped, 0);
  const byId = new Map(report.cases.map((item) => [item.id, item]));
  return [
    'Unexpected, by the statement that explains it, in the order in which to build.',
    'The chapters are in node_modules/@wcp/spec/text (docs/spec in the repository).',
    ...found.slice(0, MAX_STATEMENTS).flatMap((statement) => ['', ...statementLines(statement, byId)]),
    ...(more.length === 0 ? [] : ['', `… and ${more.length} more statements with ${casesOf(count)}.`]),
  ];
}

function statementLines(statement: StatementReport, byId: ReadonlyMap<string, CaseReport>): string[] {
  const { id, text, cases, unexpected, grouped, examples } = statement;
  const shown = examples.slice(0, MAX_EXAMPLES);
  const more = grouped - shown.length;
  return [
    `${id}: ${unexpected} of ${casesOf(cases)} unexpected. ${placeOf(statement) ?? ''}`.trimEnd(),
    ...(text === null ? [] : [`  ${text}`]),
    ...shown.flatMap((example) => caseLines(byId.get(example), id)),
    ...(more > 0 ? [`  … and ${more} more like ${shown.length === 1 ? 'this' : 'these'}.`] : []),
  ];
}

function caseLines(item: CaseReport | undefined, statement: string): string[] {
  if (item === undefined) return [];
  const { id, status, fault, detail } = item;
  if (detail === undefined) return [`  - ${id}: ${status} (${fault}).`];
  const others = detail.requirements.filter((requirement) => requirement !== statement);
  const also = others.length === 0 ? [] : [`      also tests ${others.join(', ')}`];
  const head = `  - ${id}: ${status} (${fault}). ${detail.title}`;
  const lines = tellCase(detail).map(({ label, text }) => `      ${label.padEnd(8)}  ${text}`);
  return [head, ...tellMessage(item, detail).map((message) => `      ${message}`), ...lines, ...also];
}

function areaRows({ areas, totals }: ConformanceReport): string[][] {
  const row = (name: string, { cases, passed, failed, skipped, errored, known }: Counts) => [
    name,
    ...[cases, passed, failed, skipped, errored, known].map(String),
  ];
  return [...Object.entries(areas).map(([area, counts]) => row(area, counts)), row('all', totals)];
}

function levelRows({ levels }: ConformanceReport): string[][] {
  return LEVELS.map((level) => {
    const { required, passed, reached } = levels[level];
    return [LEVEL_NAMES[level], String(required), String(passed), reached ? 'yes' : 'no'];
  });
}

/** Columns of ASCII texts: the first to the left, the numbers to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}

function closing(report: ConformanceReport): string[] {
  const { totals, fixtures, selection, unexpected } = report;
  const part = selection.filter === null ? '' : `, filter ${selection.filter}`;
  const counted = `${totals.passed} of ${totals.cases} cases passed (${fixtures.cases} in all${part}), ${unexpected} unexpected.`;
  const leftOut = tellLeftOut(report);
  const more =
    Object.keys(report.statements).length === 0
      ? []
      : ['All that came: wcp conformance run --report report.json; one case: wcp conformance show <id>.'];
  return [counted, ...(leftOut === null ? [] : [leftOut]), ...more];
}
