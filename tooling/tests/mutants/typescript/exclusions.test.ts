import { expect, test } from 'vitest';
import { isIn, LINES, PLACES } from '../../../src/mutants/typescript/exclusions.ts';
import { PACKAGES, readSources } from '../../../src/mutants/typescript/source.ts';

const sources = PACKAGES.flatMap(readSources);
const matching = (file: string) => sources.filter(({ path }) => isIn(path, file));

test.each(PLACES)('The excluded place $file exists, with every name.', ({ file, names }) => {
  expect(matching(file)).not.toEqual([]);
  const code = matching(file)
    .map((source) => source.code)
    .join('\n');
  for (const name of names === '*' ? [] : names) {
    expect(code).toMatch(
      new RegExp(`(function|class|const|let)\\s+${name}\\b|^\\s+(async )?${name}\\(`, 'm'),
    );
  }
});

test.each(LINES)('The excluded line $line of $file exists.', ({ file, line }) => {
  const lines = matching(file).flatMap(({ code }) => code.split('\n').map((each) => each.trim()));
  expect(lines.some((each) => line.test(each))).toBe(true);
});
