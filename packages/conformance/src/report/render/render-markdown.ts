import { visible } from '../../base/quote.ts';
import { LEVELS, type Level } from '../../fixtures/schema/common.ts';
import type { CaseReport, ConformanceReport, Counts, StatementReport } from '../schema/report.ts';
import { casesOf, explaining, placeOf, tellCase, tellLeftOut, tellMessage, tellRest } from './tell-case.ts';

/** The names of the conformance levels (section 11). */
export const LEVEL_NAMES: Readonly<Record<Level, string>> = {
  basic: 'WCP-Basic',
  standard: 'WCP-Standard',
  full: 'WCP-Full',
};

const MAX_STATEMENTS = 100;
const MAX_KNOWN_FAILURES = 200;

/**
 * The report as a page of Markdown: conformance level, counts, and what is unexpected by the
 * statement that explains it. A port chooses many of its characters, and none of them becomes markup.
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

function unexpected(report: ConformanceReport): string {
  const found = explaining(report);
  const rest = tellRest(report).map((sentence) => `- ${plain(sentence)}`);
  if (found.length + rest.length === 0) return '';
  const more = found.slice(MAX_STATEMENTS);
  const count = more.reduce((sum, { grouped }) => sum + grouped, 0);
  const byId = new Map(report.cases.map((item) => [item.id, item]));
  return [
    '## Unexpected',
    ...(rest.length === 0 ? [] : [rest.join('\n')]),
    ...found.slice(0, MAX_STATEMENTS).map((statement) => statementSection(statement, byId)),
    ...(more.length === 0 ? [] : [`… and ${more.length} more statements with ${casesOf(count)}.`]),
    ...[tellLeftOut(report)].filter((sentence) => sentence !== null),
  ].join('\n\n');
}

function statementSection(statement: StatementReport, byId: ReadonlyMap<string, CaseReport>): string {
  const { id, text, cases, unexpected: wrong, grouped, examples } = statement;
  const more = grouped - examples.length;
  const place = placeOf(statement);
  return [
    `### ${id}: ${wrong} of ${casesOf(cases)}`,
    '',
    ...(text === null ? [] : [`> ${text}`, '']),
    ...(place === null ? [] : [`Chapter ${plain(place)}.`, '']),
    ...examples.map((example) => caseItem(byId.get(example), id)),
    ...(more > 0 ? [`- … and ${more} more.`] : []),
  ].join('\n');
}

function caseItem(item: CaseReport | undefined, statement: string): string {
  if (item === undefined) return '- …';
  const { id, status, fault, detail } = item;
  const head = `- \`${id}\`: **${status}** (\`${fault}\`).`;
  if (detail === undefined) return head;
  const others = detail.requirements.filter((requirement) => requirement !== statement);
  const also = others.length === 0 ? '' : ` It also tests ${others.join(', ')}.`;
  const lines = tellCase(detail).map(({ label, text }) => `  - ${plain(label)}: ${codeSpan(text)}`);
  return [
    `${head} ${[detail.title, ...tellMessage(item, detail)].map(plain).join(' ')}${also}`,
    ...lines,
  ].join('\n');
}

function known({ cases }: ConformanceReport): string {
  const listed = cases.filter(({ known_failure, status }) => known_failure !== null && status !== 'passed');
  if (listed.length === 0) return '';
  const more = listed.length - MAX_KNOWN_FAILURES;
  const rows = listed
    .slice(0, MAX_KNOWN_FAILURES)
    .map(({ id, known_failure, status }) => [`\`${id}\``, status, plain(known_failure ?? '')]);
  const end = more > 0 ? `\n\n… and ${more} more.` : '';
  return `## Known failures\n\n${table(['case', 'status', 'reason'], rows)}${end}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A text in which nothing is markup: the fence is longer than any run of backticks in the text. */
function codeSpan(text: string): string {
  const shown = visible(text.replaceAll(/\s+/g, ' '));
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 || shown === '' ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Underscores inside words, as in the protocol's names, are not markup. */
const MARKUP = /[\\`*[\]<>#|!&~@]|:(?=\/\/)|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;

/** Text that is shown as it is: a port chooses it, and it must not become markup. */
function plain(text: string): string {
  return visible(text.replaceAll(/\s+/g, ' ')).replaceAll(
    MARKUP,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}
