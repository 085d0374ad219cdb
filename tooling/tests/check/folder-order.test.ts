import { expect, test } from 'vitest';
import { checkFolderOrder } from '../../src/check/folder-order.ts';
import { manifestOf, sampleRepository } from '../support/sample-repository.ts';

const ORDER = '# Inside\n\n```order\n.\nexplain\nsteps input\nworld\n```\n';

/** A package of four folders in three ranks, with these sources besides. */
const check = (sources: Readonly<Record<string, string>>, readme = ORDER) => {
  const files = {
    'index.ts': "import './explain/explain.ts';\n",
    'explain/explain.ts': "import '../steps/step.ts';\nimport '../world/world.ts';\n",
    'steps/step.ts': "import type { World } from '../world/world.ts';\n",
    'input/input.ts': 'export {};\n',
    'world/world.ts': 'export interface World {}\n',
    ...sources,
    ...(readme === '' ? {} : { 'README.md': readme }),
  };
  const inside = Object.entries(files).map(([path, text]) => [`packages/sample/src/${path}`, text]);
  return checkFolderOrder(
    sampleRepository({
      'packages/sample/package.json': manifestOf('@wcp/sample'),
      ...Object.fromEntries(inside),
    }),
  );
};

test('A package whose imports all go down passes.', () => {
  expect(check({})).toEqual([]);
});

test('An import of a folder above fails, with its line.', () => {
  expect(check({ 'world/world.ts': "// a comment\nimport '../steps/step.ts';\n" })).toEqual([
    'packages/sample/src/world/world.ts:2: world must not import from steps (../steps/step.ts)',
  ]);
});

test.each([
  ['of a type', "import type { Step } from '../steps/step.ts';\n"],
  ['of a type inside of a type', "export type Step = import('../steps/step.ts').Step;\n"],
  ['made while the program runs', "await import('../steps/step.ts');\n"],
  ['that is exported again', "export { step } from '../steps/step.ts';\n"],
])('An import %s counts like any other.', (_, text) => {
  expect(check({ 'world/world.ts': text })).toEqual([
    expect.stringContaining('world must not import from steps'),
  ]);
});

test('Two folders of one rank must not import from each other.', () => {
  expect(check({ 'input/input.ts': "import '../steps/step.ts';\n" })).toEqual([
    expect.stringContaining('input must not import from steps'),
  ]);
});

test('A folder must not import from the files of the root above it.', () => {
  expect(check({ 'world/world.ts': "import '../index.ts';\n" })).toEqual([
    expect.stringContaining('world must not import from .'),
  ]);
});

test('A nested folder counts as the folder of the root that holds it.', () => {
  expect(check({ 'world/deep/table.ts': "import '../world.ts';\n" })).toEqual([]);
  expect(check({ 'world/deep/table.ts': "import '../../explain/explain.ts';\n" })).toHaveLength(1);
});

test('A package that imports itself by name fails, because that hides the order.', () => {
  expect(check({ 'world/world.ts': "import '@wcp/sample';\n" })).toEqual([
    expect.stringContaining('imports its own package by name'),
  ]);
});

test('A package with folders must give their order.', () => {
  expect(check({}, '')).toEqual([expect.stringContaining('must give the order of the folders')]);
  expect(check({}, '# Inside\n')).toHaveLength(1);
});

test('The order must name every folder that holds code, and no other.', () => {
  expect(check({ 'more/more.ts': '' })).toEqual([expect.stringContaining('does not name the folder more')]);
  expect(check({}, ORDER.replace('world', 'world\nnothing'))).toEqual([
    expect.stringContaining('names nothing, which holds no code'),
  ]);
});
