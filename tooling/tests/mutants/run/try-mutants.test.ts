import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Journal } from '../../../src/mutants/run/journal.ts';
import { tryMutants } from '../../../src/mutants/run/try-mutants.ts';
import { casesNamed, fullReach, mutantOf, scratch, sourceOf, workspacesOf } from '../../support/mutants.ts';

const ids = sourceOf(
  'ids.mjs',
  "import { least } from './least.mjs';\nexport const ops = ['check_id'];\nexport const check = (id) => id.length >= least;\n",
);
const least = sourceOf('least.mjs', 'export const least = 1;\nexport const unused = 2;\n');
const sources = [ids, least];
const cases = casesNamed('a', 'bb');
const mutants = [
  mutantOf(ids, '>=', '<'),
  mutantOf(ids, '>=', '>'),
  mutantOf(least, '1', '2'),
  mutantOf(least, '2', '3'),
];

const run = (count: number, journal = new Journal(undefined, 'port', cases)) => {
  const workspaces = workspacesOf(sources, count);
  const reach = fullReach(sources, cases);
  return tryMutants({ workspaces, sources, mutants, cases, reach, journal });
};
const caught = (results: Awaited<ReturnType<typeof run>>) => results.map((each) => each.caught?.case ?? null);

test('A mutant is caught by the case that shows it, and one that shows nowhere survives.', async () => {
  expect(caught(await run(1))).toEqual(['a', 'a', 'a', null]);
});

test('The result does not depend on how many ports run at a time.', async () => {
  expect(await run(2)).toEqual(await run(1));
});

test('Each source is as it was after its mutants.', async () => {
  const workspaces = workspacesOf(sources, 1);
  const journal = new Journal(undefined, 'port', cases);
  await tryMutants({ workspaces, sources, mutants, cases, reach: fullReach(sources, cases), journal });
  for (const { path, code } of sources)
    expect(readFileSync(join(workspaces.folder(0), path), 'utf8')).toBe(code);
});

test('A run that was interrupted goes on with the mutants that were not tried.', async () => {
  const file = join(scratch(), 'journal');
  const whole = await run(1, new Journal(file, 'port', cases));
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  expect(lines).toHaveLength(mutants.length);
  const again = await run(1, new Journal(file, 'port', cases));
  expect(again).toEqual(whole);
  expect(readFileSync(file, 'utf8').trim().split('\n')).toEqual(lines);
});
