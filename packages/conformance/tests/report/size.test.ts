import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { loadFixtures } from '../../src/fixtures/load-fixtures.ts';
import { renderJson } from '../../src/report/render/render-json.ts';
import { renderJUnit } from '../../src/report/render/render-junit.ts';
import { renderMarkdown } from '../../src/report/render/render-markdown.ts';
import { renderText } from '../../src/report/render/render-text.ts';
import { type ConformanceReport, ReportSchema } from '../../src/report/schema/report.ts';
import type { Answer } from '../../src/runner/read-answer.ts';
import { reportOf } from '../samples.ts';

const MAX_BYTES = 2_000_000;
const ALL = await loadFixtures();
const ReportCheck = Compile(ReportSchema);
/** Characters that each format writes longest: entities, escapes, backticks, three bytes. */
const LONG = '"&<\u0085\u202e`\ud800|字'.repeat(600);

const RENDERERS: readonly [format: string, render: (report: ConformanceReport) => string][] = [
  ['JSON', renderJson],
  ['JUnit', renderJUnit],
  ['Markdown', renderMarkdown],
  ['terminal', renderText],
];

const ANSWERS: readonly [name: string, answer: Answer][] = [
  ['short results', { type: 'result', result: {} }],
  [
    'long results',
    { type: 'result', result: { [LONG]: LONG, outcome: LONG, findings: [LONG, LONG], valid: LONG } },
  ],
  ['long errors', { type: 'error', code: LONG }],
  ['long reasons to skip', { type: 'skipped', reason: LONG }],
  ['long messages', { type: 'errored', message: LONG }],
];

describe.each(ANSWERS)('The report of a run in which all cases are wrong, with %s,', (_, answer) => {
  const report = reportOf(() => answer, { run: ALL });

  test.each(RENDERERS)('stays under 2 MB as %s.', (_format, render) => {
    expect(report.totals).toMatchObject({ cases: ALL.cases.length, passed: 0 });
    expect(Buffer.byteLength(render(report))).toBeLessThan(MAX_BYTES);
  });

  test('says in JSON how much it leaves out, and satisfies its schema.', () => {
    const read = JSON.parse(renderJson(report)) as ConformanceReport;
    expect(ReportCheck.Errors(read)).toEqual([]);
    const detailed = read.cases.filter(({ detail }) => detail !== undefined).length;
    expect(detailed).toBeGreaterThan(50);
    expect(read.cases).toHaveLength(ALL.cases.length);
    expect(read.left_out).toMatchObject({ cases: 0, details: ALL.cases.length - detailed });
    expect(read.left_out.details).toBeGreaterThan(0);
  });

  test('says for people, too, how much it leaves out.', () => {
    const sentence = `no room for the details of ${report.left_out.details} cases`;
    expect(renderText(report)).toContain(sentence);
    expect(renderMarkdown(report)).toContain(sentence);
    const [, leftOut] = /<property name="left_out" value="(\d+)"\/>/.exec(renderJUnit(report)) ?? [];
    expect(Number(leftOut)).toBeGreaterThanOrEqual(report.left_out.details);
  });
});

describe('what a report keeps', () => {
  test('The first example of each statement has its detail before any statement has all of its own.', () => {
    const report = reportOf(() => ({ type: 'result', result: {} }), { run: ALL });
    const detailed = new Set(report.cases.filter(({ detail }) => detail !== undefined).map(({ id }) => id));
    const first = report.statements.flatMap(({ examples }) => examples.slice(0, 1));
    expect(first.length).toBeGreaterThan(100);
    expect(first.filter((id) => !detailed.has(id))).toEqual([]);
  });

  test('Everything fits where few cases are wrong.', () => {
    const wrong = new Set(ALL.cases.slice(0, 100).map(({ id }) => id));
    const report = reportOf(
      ({ id, expect: { ...expected } }) =>
        wrong.has(id) || !('result' in expected)
          ? { type: 'error', code: 'error' in expected ? String(expected.error) : 'X' }
          : { type: 'result', result: expected.result },
      { run: { ...ALL, cases: ALL.cases.filter(({ op }) => op !== 'decide') } },
    );
    expect(report.left_out).toEqual({ cases: 0, details: 0, unknown_ops: 0, known_failures: 0 });
    expect(renderText(report)).not.toContain('no room');
  });

  test('Cases that passed are left out first where not even their ids fit, and the report says so.', () => {
    const cases = Array.from({ length: 20_000 }, (_, index) => ({
      ...ALL.cases[index % ALL.cases.length],
      id: `ids/many-cases-with-a-long-name/number-${index}`,
      area: 'ids',
    })) as typeof ALL.cases;
    const report = reportOf(() => ({ type: 'result', result: {} }), { run: { ...ALL, cases } });
    expect(report.left_out.cases).toBeGreaterThan(0);
    expect(report.totals.cases).toBe(20_000);
    expect(report.cases).toHaveLength(20_000 - report.left_out.cases);
    for (const [, render] of RENDERERS) expect(Buffer.byteLength(render(report))).toBeLessThan(MAX_BYTES);
    expect(renderText(report)).toContain(`${report.left_out.cases} cases`);
  });

  test('A list of known failures that is long, or whose reasons are, is cut.', () => {
    const known = ALL.cases.map(({ id }) => [id, LONG] as const);
    const gone = Array.from({ length: 5000 }, (_, index) => [`ids/gone/number-${index}`, 'x'] as const);
    const report = reportOf(() => ({ type: 'errored', message: 'x' }), {
      run: ALL,
      known: [...known, ...gone],
    });
    for (const [, render] of RENDERERS) expect(Buffer.byteLength(render(report))).toBeLessThan(MAX_BYTES);
    expect(report.unexpected).toBe(5000);
    expect(report.left_out.known_failures).toBe(5000 - report.known_failures.unknown.length);
    expect(renderMarkdown(report)).toMatch(/\n… and [0-9]+ more\.\n/);
  });
});
