import { expect, test } from 'vitest';
import { checkFolderSizes } from '../../src/check/folder-size.ts';
import { sampleRepository } from '../support/sample-repository.ts';

const folderOf = (count: number, more: Readonly<Record<string, string>> = {}) => {
  const names = Array.from({ length: count }, (_, index) => [
    `packages/sample/src/steps/step-${index}.ts`,
    '',
  ]);
  return sampleRepository({ ...Object.fromEntries(names), ...more });
};

test('A folder of twelve files passes.', () => {
  expect(checkFolderSizes(folderOf(12))).toEqual([]);
});

test('A folder of thirteen files fails.', () => {
  expect(checkFolderSizes(folderOf(13))).toEqual([
    expect.stringContaining('packages/sample/src/steps: 13 files'),
  ]);
});

test('A folder that says why it holds more than twelve files passes.', () => {
  const readme = 'This folder holds more than 12 files: one for each step of the protocol.\n';
  expect(checkFolderSizes(folderOf(13, { 'packages/sample/src/steps/README.md': readme }))).toEqual([]);
});
