import { expect, test } from 'vitest';
import { runCases } from '../../../src/mutants/run/run-cases.ts';
import { casesNamed, sourceOf, workspacesOf } from '../../support/mutants.ts';

const OPS = "export const ops = ['check_id'];\n";
const cases = casesNamed('a', 'b', 'c');

/** Runs the cases against a port whose ids are checked by this code. */
const run = (code: string, options = {}) =>
  runCases(workspacesOf([sourceOf('ids.mjs', code)], 1).command(0), cases, options);

test('A port that answers every case as expected is not caught.', async () => {
  expect(await run(`${OPS}export const check = () => true;`)).toEqual([]);
});

test('A port is caught by the first case that it gets wrong, and asked no further.', async () => {
  expect(await run(`${OPS}export const check = (id) => id === 'a';`)).toEqual([{ case: 'b', how: 'failed' }]);
});

test('Every case that a port gets wrong is given where all are asked for.', async () => {
  expect(await run(`${OPS}export const check = (id) => id === 'a';`, { all: true })).toEqual([
    { case: 'b', how: 'failed' },
    { case: 'c', how: 'failed' },
  ]);
});

test.each([
  ['that ends', 'export const check = () => process.exit(0);', { case: 'a', how: 'crash' }],
  ['that answers nothing', 'export const check = () => { for (;;); };', { case: 'a', how: 'hang' }],
  ['that writes something else', "export const check = () => console.log('x');", { case: 'a', how: 'junk' }],
])('A port %s is caught by the case it was asked.', async (_, check, expected) => {
  expect(await run(OPS + check, { timeoutMs: 1_500 })).toEqual([expected]);
});

test('A port that the referee would not start is caught by no case.', async () => {
  const code = 'export const ops = [1];\nexport const check = () => true;';
  expect(await run(code)).toEqual([{ case: null, how: 'no start' }]);
});

test('What a port says about itself is told.', async () => {
  let ops: readonly string[] = [];
  await run(`${OPS}export const check = () => true;`, {
    onStart: (started: { ops: readonly string[] }) => {
      ops = started.ops;
    },
  });
  expect(ops).toEqual(['check_id']);
});
