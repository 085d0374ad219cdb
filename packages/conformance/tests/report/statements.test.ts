import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { AREAS, compareAreas } from '../../src/fixtures/areas.ts';
import { loadFixtures } from '../../src/fixtures/load-fixtures.ts';
import { groupStatements } from '../../src/report/group-statements.ts';
import { renderMarkdown } from '../../src/report/render/render-markdown.ts';
import { renderText } from '../../src/report/render/render-text.ts';
import { fixtures, playAs } from '../samples.ts';

const PORTING = readFileSync(new URL('../../../../docs/porting.md', import.meta.url), 'utf8');

type Case = (typeof fixtures.cases)[number];
const caseOf = (id: string, ...requirements: string[]): Case =>
  ({ ...fixtures.cases[0], id, area: id.split('/')[0], requirements }) as Case;

describe('unexpected answers by statement', () => {
  test('A case is told under the statement whose cases went wrong most completely.', () => {
    const [general, special] = ['WCP-11-4', 'WCP-2-1'];
    const wrong = [caseOf('ids/a/1', general, special), caseOf('ids/a/2', special, general)];
    const right = [caseOf('ids/b/1', general), caseOf('ids/b/2', general)];
    const groups = groupStatements(fixtures, [...right, ...wrong], wrong);
    expect(groups).toMatchObject([
      { id: special, cases: 2, unexpected: 2, grouped: 2, examples: ['ids/a/1', 'ids/a/2'] },
      { id: general, cases: 4, unexpected: 2, grouped: 0, examples: [] },
    ]);
  });

  test('Where shares are equal, a case is told under the statement of the greater number.', () => {
    const wrong = [caseOf('ids/a/1', 'WCP-2-1', 'WCP-2-2'), caseOf('ids/a/2', 'WCP-2-2')];
    expect(groupStatements(fixtures, wrong, wrong).map(({ id, grouped }) => [id, grouped])).toEqual([
      ['WCP-2-2', 2],
      ['WCP-2-1', 0],
    ]);
  });

  test('Statements come in the order in which a port is built, not in that of the alphabet.', () => {
    const wrong = [
      caseOf('blast/a/1', 'WCP-5.12-1'),
      caseOf('route/a/1', 'WCP-5.8-1'),
      caseOf('ids/a/1', 'WCP-2-1'),
    ];
    expect(groupStatements(fixtures, wrong, wrong).map(({ id }) => id)).toEqual([
      'WCP-2-1',
      'WCP-5.8-1',
      'WCP-5.12-1',
    ]);
  });

  test('A report quotes the statement, counts its cases and names its chapter, on a terminal and in Markdown.', async () => {
    const report = await playAs('worker-on-hold');
    const { text, file, heading } = fixtures.statements['WCP-5.15-1'] ?? {};
    expect(text).toMatch(/MUST/);
    const terminal = renderText(report);
    expect(terminal).toContain(`WCP-5.15-1: 1 of 1 case unexpected. ${file}, "${heading}"\n  ${text}\n`);
    expect(terminal).toContain(
      '  - route/hold/names-no-worker: failed (wrong_member). a rule that asks for a human',
    );
    const page = renderMarkdown(report);
    expect(page).toContain(`### WCP-5.15-1: 1 of 1 case\n\n> ${text}\n\nChapter ${file}, "${heading}".`);
  });

  test('Without the sentences of the statements a report still groups by their ids.', async () => {
    const report = await playAs('worker-on-hold', { fixtures: { ...fixtures, statements: {} } });
    expect(report.statements).toMatchObject([{ id: 'WCP-5.15-1', text: null, file: null, heading: null }]);
    expect(renderText(report)).toContain('WCP-5.15-1: 1 of 1 case unexpected.\n  - route/hold');
  });

  test('An operation that a port does not have is told once, and groups nothing.', async () => {
    const report = await playAs('offers-nothing');
    expect(report.statements).toEqual([]);
    expect(report.cases.every(({ detail }) => detail === undefined)).toBe(true);
    expect(report.left_out.details).toBe(0);
    const decisions = fixtures.cases.filter(({ op }) => op === 'decide').length;
    expect(report.not_offered['decide']).toBe(decisions);
    expect(renderText(report)).toContain(
      `${decisions} cases of decide: not sent, because the port does not list`,
    );
  });
});

describe('the order of the areas', () => {
  test('The areas stand in the order in which docs/porting.md builds them, and it names each.', () => {
    const building = PORTING.slice(PORTING.indexOf('## 5.'), PORTING.indexOf('## 6.'));
    const rows = building.split('\n').filter((line) => /^\| \d+ \|/.test(line));
    const named = rows.flatMap((row) =>
      [...row.matchAll(/'([a-z-]+)\/\*'/g)].map(([, area]) => area as string),
    );
    expect([...new Set(named)]).toEqual(AREAS);
  });

  test('Every area of the fixtures has its place.', async () => {
    const { cases } = await loadFixtures();
    expect([...new Set(cases.map(({ area }) => area))].sort()).toEqual([...AREAS].sort());
  });

  test('An area that is not known comes after the others, in the order of the alphabet.', () => {
    expect(['zebra', 'manifest', 'apple', 'ids'].sort(compareAreas)).toEqual([
      'ids',
      'manifest',
      'apple',
      'zebra',
    ]);
  });

  test('The areas of a report have that order.', async () => {
    const report = await playAs('honest');
    expect(Object.keys(report.areas)).toEqual([
      'ids',
      'input',
      'rules',
      'route',
      'controls',
      'hash',
      'receipts',
    ]);
  });
});

describe('the statements of the text', () => {
  test('The referee finds the sentence of every statement that a case names.', async () => {
    const { cases, statements } = await loadFixtures();
    const named = new Set(cases.flatMap(({ requirements }) => requirements));
    expect([...named].filter((id) => !Object.hasOwn(statements, id))).toEqual([]);
  });
});
