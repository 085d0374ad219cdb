import { expect, test } from 'vitest';
import { checkLengths, measurePackages } from '../../src/check/lengths.ts';
import { manifestOf, sampleRepository } from '../support/sample-repository.ts';

const functionOf = (name: string, lines: number) =>
  `export function ${name}() {\n${'  work();\n'.repeat(lines - 2)}}\n`;

const hallWith = (...functions: string[]) =>
  sampleRepository({
    'packages/hall/package.json': manifestOf('@wcp/hall'),
    'packages/hall/src/hall.ts': functions.join('\n'),
  });

test('Short functions pass.', () => {
  expect(checkLengths(hallWith(functionOf('decide', 15)))).toEqual([]);
});

test('A function of 41 lines in the Hall fails.', () => {
  const short = Array.from({ length: 20 }, (_, index) => functionOf(`short${index}`, 3));
  expect(checkLengths(hallWith(functionOf('decide', 41), ...short))).toEqual([
    'packages/hall/src/hall.ts:1: decide has 41 lines; 40 are allowed',
  ]);
});

test('A Hall in which more than one function in ten is over 15 lines fails.', () => {
  const long = Array.from({ length: 5 }, (_, index) => functionOf(`long${index}`, 16));
  expect(checkLengths(hallWith(...long))).toEqual([expect.stringContaining('at most 15 lines, not 16')]);
});

test('Functions inside of functions, methods and arrow functions are measured.', () => {
  const root = hallWith('class Hall {\n  close() {\n    return [1].map((each) => each);\n  }\n}\n');
  expect(measurePackages(root)).toMatchObject([{ functions: [{ name: 'close', lines: 3 }, { lines: 1 }] }]);
});
