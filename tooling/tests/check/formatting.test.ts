import { expect, test } from 'vitest';
import { checkFormatting } from '../../src/check/formatting.ts';
import { sampleRepository } from '../support/sample-repository.ts';

/** Settings like those of this repository, whose prose no formatter touches. */
const WITHOUT_PROSE = '{ "files": { "includes": ["**", "!**/*.md"] } }\n';

test('Files that the formatter knows, and those that a reason is given for, pass.', () => {
  const root = sampleRepository({
    'biome.json': '{}\n',
    'src/code.ts': 'export const one = 1;\n',
    'README.md': '# Sample\n',
    LICENSE: 'text without an end',
  });
  expect(checkFormatting(root)).toEqual([]);
});

test('A kind of file that nothing formats fails.', () => {
  const root = sampleRepository({ 'biome.json': '{}\n', 'docs/notes.rst': 'Notes\n' });
  expect(checkFormatting(root)).toEqual([
    'docs/notes.rst: nothing formats this file, and no reason is given',
  ]);
});

test('Code that the settings of the formatter leave out fails.', () => {
  const root = sampleRepository({
    'biome.json': '{ "files": { "includes": ["**", "!src/hidden"] } }\n',
    'src/hidden/code.ts': 'export const one   = 1;\n',
  });
  expect(checkFormatting(root)).toEqual([expect.stringContaining('src/hidden/code.ts: nothing formats')]);
});

test.each([
  ['white space at the end of a line', 'line \nnext\n', 'README.md:1: white space at its end'],
  ['no newline at the end', 'line', 'README.md: must end in one newline'],
  ['an empty line at the end', 'line\n\n', 'README.md: must end in one newline'],
])('A text written by hand with %s fails.', (_, text, finding) => {
  expect(checkFormatting(sampleRepository({ 'biome.json': WITHOUT_PROSE, 'README.md': text }))).toEqual([
    finding,
  ]);
});
