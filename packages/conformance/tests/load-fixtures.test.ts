import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadFixtures } from '../src/load-fixtures.ts';
import type { CaseGroup } from '../src/schema/case-groups.ts';
import { FIXTURES, fixtures } from './samples.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wcp-fixtures-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

type Groups = [CaseGroup & { tests: [CaseGroup['tests'][number]] }];
let copies = 0;

/** A copy of the fixtures in which the groups of one file were changed. */
function changed(file: string, change: (text: string) => string): string {
  copies += 1;
  const folder = join(scratch, String(copies));
  cpSync(FIXTURES, folder, { recursive: true });
  const path = join(folder, file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  return folder;
}

const changedGroups = (change: (groups: Groups) => void) =>
  changed('0.2/ids/check.json', (text) => {
    const groups = JSON.parse(text) as Groups;
    change(groups);
    return JSON.stringify(groups);
  });

const refusal = { code: 'ERR_WCP_CONFORMANCE' };

describe('fixtures are data with a schema', () => {
  test('every case carries what its group says', () => {
    expect(fixtures.cases).toHaveLength(17);
    expect(fixtures.cases.find(({ id }) => id === 'ids/check/blank')).toEqual({
      id: 'ids/check/blank',
      title: 'the empty text is no id',
      area: 'ids',
      section: ['2'],
      requirements: ['WCP-2-1', 'WCP-2-2'],
      level: 'basic',
      op: 'check_id',
      given: {},
      input: { id: '' },
      expect: { result: { valid: false, kind: null, authority: null } },
    });
  });

  test('a level requires the cases of the levels before it', () => {
    const { basic, standard, full } = fixtures.required;
    expect(standard.slice(0, basic.length)).toEqual(basic);
    expect([...full].sort()).toEqual(fixtures.cases.map(({ id }) => id).sort());
    expect(standard.length).toBeLessThan(full.length);
  });

  test.each<[string, (groups: Groups) => void]>([
    ['an unknown member', ([group]) => Object.assign(group, { extra: 1 })],
    ['an unknown member of given', ([group]) => Object.assign(group, { given: { clock: 1 } })],
    ['no tests', ([group]) => Object.assign(group, { tests: [] })],
    ['an unknown level', ([group]) => Object.assign(group, { level: 'gold' })],
    ['an unknown operation', ([group]) => Object.assign(group.tests[0], { op: 'guess' })],
    ['no requirement at all', ([group]) => Object.assign(group, { requirement: [] })],
    ['a requirement of another form', ([group]) => Object.assign(group, { requirement: 'section 2' })],
    ['two expectations', ([group]) => Object.assign(group.tests[0].expect, { error: 'X' })],
    [
      'an expectation of nothing',
      ([group]) => Object.assign(group.tests[0], { expect: { result: { message: 'x' } } }),
    ],
    [
      'an error that the operation never gives',
      ([group]) => Object.assign(group.tests[0], { expect: { error: 'SEED_INVALID' } }),
    ],
    ['a case without input', ([group]) => Reflect.deleteProperty(group.tests[0], 'input')],
    ['an id that occurs twice', (groups) => Object.assign(groups[0].tests, { 1: groups[0].tests[0] })],
    ['a group of another area', ([group]) => Object.assign(group, { id: 'route/check' })],
    [
      'a case that is not named after its group',
      ([group]) => Object.assign(group.tests[0], { id: 'ids/other/worker' }),
    ],
    ['a case of another level than the list says', ([group]) => Object.assign(group, { level: 'full' })],
    ['a listed case that is missing', ([group]) => group.tests.pop()],
  ])('%s is refused', async (_, change) => {
    await expect(loadFixtures(changedGroups(change))).rejects.toMatchObject(refusal);
  });

  test('a change that breaks nothing is taken', async () => {
    const more = changedGroups(([group]) => Object.assign(group, { title: 'another title' }));
    await expect(loadFixtures(more)).resolves.toMatchObject({ revision: '0.2' });
  });

  test('a reason stands for a statement that no case can show, and is no case', async () => {
    expect(fixtures.untested).toEqual({ 'WCP-9-1': 'It is about the pages of a Hall.' });
    const nameless = changed('0.2/untested/hall.json', () => '{"WCP-9":"x"}');
    await expect(loadFixtures(nameless)).rejects.toMatchObject(refusal);
    const blank = changed('0.2/untested/hall.json', () => '{"WCP-9-1":""}');
    await expect(loadFixtures(blank)).rejects.toMatchObject(refusal);
  });

  test('text that is no JSON, a case listed twice and a missing folder are refused', async () => {
    await expect(loadFixtures(changed('0.2/ids/check.json', () => '[{'))).rejects.toMatchObject(refusal);
    const twice = changed('requirements/0.2.json', (text) =>
      text.replace('"ids/check/blank"', '"ids/check/worker"'),
    );
    await expect(loadFixtures(twice)).rejects.toMatchObject(refusal);
    await expect(loadFixtures(join(scratch, 'none'))).rejects.toMatchObject(refusal);
  });
});

describe('the digest names the fixtures', () => {
  test('white space and the order of members change nothing', async () => {
    const compact = changedGroups((groups) => groups.splice(0, 1, reversed(groups[0]) as Groups[0]));
    expect((await loadFixtures(compact)).digest).toBe(fixtures.digest);
  });

  test('the wording of a reason changes nothing', async () => {
    const other = changed('0.2/untested/hall.json', () => '{"WCP-9-1":"in other words"}');
    expect((await loadFixtures(other)).digest).toBe(fixtures.digest);
  });

  test('a changed expectation changes it', async () => {
    const other = changedGroups(([group]) =>
      Object.assign(group.tests[0], { expect: { result: { valid: false } } }),
    );
    expect((await loadFixtures(other)).digest).not.toBe(fixtures.digest);
  });

  test('a changed list of a level changes it', async () => {
    const fewer = changed('requirements/0.2.json', (text) => text.replace(/"ids\/check\/blank",/, ''));
    expect((await loadFixtures(fewer)).digest).not.toBe(fixtures.digest);
  });
});

const reversed = (value: object) => Object.fromEntries(Object.entries(value).reverse());
