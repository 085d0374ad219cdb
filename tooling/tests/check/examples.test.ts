import { expect, test } from 'vitest';
import { checkExamples } from '../../src/check/examples.ts';
import { manifestOf, sampleRepository } from '../support/sample-repository.ts';

const DECLARATIONS = 'export declare function double(value: number): number;\n';

/** A package whose root exports `double` from a file with this doc comment. */
const check = (comment: string, index = "export { double } from './double.ts';\n", more = '') =>
  checkExamples(
    sampleRepository({
      'packages/sample/package.json': manifestOf('@wcp/sample'),
      'packages/sample/src/index.ts': index,
      'packages/sample/src/double.ts': `${comment}\nexport function double(value: number): number {\n  return value * 2;\n}\n${more}`,
      'packages/sample/dist/index.d.ts': DECLARATIONS,
    }),
  );

const GOOD = `/**
 * Twice a number.
 *
 * @example
 * import { double } from '@wcp/sample';
 *
 * const four: number = double(2);
 */`;

test('An export whose example compiles by itself passes.', () => {
  expect(check(GOOD)).toEqual([]);
});

test('An example may stand in a fence.', () => {
  expect(check(GOOD.replace(' * import', ' * ```ts\n * import').replace('(2);', '(2);\n * ```'))).toEqual([]);
});

test('An exported function without an example fails, with the place of its declaration.', () => {
  expect(check('/** Twice a number. */')).toEqual([
    'packages/sample/src/double.ts:2: double (@wcp/sample) has no @example',
  ]);
});

test.each([
  ['a class', 'export class Other {}\n', 'Other'],
  ['a function in a constant', 'export const other = (value: number) => value;\n', 'other'],
])('An exported declaration without an example fails too: %s.', (_, more, name) => {
  const index = `export { double, ${name} } from './double.ts';\n`;
  expect(check(GOOD, index, more)).toEqual([
    expect.stringContaining(`${name} (@wcp/sample) has no @example`),
  ]);
});

test('Types, tables and what is not exported need no example.', () => {
  const more = 'export interface Other {}\nexport const TABLE = [1];\nfunction inner() {}\n';
  expect(check(GOOD, "export { double, TABLE, type Other } from './double.ts';\n", more)).toEqual([]);
});

test('An export under another name is followed to its declaration.', () => {
  expect(
    check('/** Twice. */', "import { double as twice } from './double.ts';\n\nexport { twice };\n"),
  ).toEqual([expect.stringContaining('twice (@wcp/sample) has no @example')]);
});

test('An example that does not compile fails with the message of the compiler.', () => {
  expect(check(GOOD.replace('const four: number', 'const four: string'))).toEqual([
    expect.stringMatching(/double\.ts:9: the example of double, line 3: .*not assignable/),
  ]);
});

test('An example that is not TypeScript fails, and does not hide the errors of the others.', () => {
  const other = '/**\n * @example\n * const = 1;\n */\nexport class Other {}\n';
  const index = "export { double, Other } from './double.ts';\n";
  expect(check(GOOD.replace('const four: number', 'const four: string'), index, other)).toEqual([
    expect.stringContaining('the example of Other is not TypeScript'),
    expect.stringContaining('the example of double, line 3'),
  ]);
});

test('An example that uses what it does not import fails.', () => {
  expect(check(GOOD.replace("import { double } from '@wcp/sample';", ''))).toEqual([
    expect.stringContaining("Cannot find name 'double'"),
  ]);
});

test('An example must import the published name, not a path.', () => {
  expect(check(GOOD.replace('@wcp/sample', './double.ts'))).toHaveLength(1);
});
