import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPolicyFiles } from '../../src/source/read-policy-files.ts';
import { policyFolder } from '../support/policy-folder.ts';

async function read(path: string) {
  const reading = await readPolicyFiles({ path }, '.cedar');
  if (reading.ok) return reading.files.map(({ name }) => name);
  return reading.findings.map(
    ({ file, code, message }) => `${file?.replace(`${path}/`, '')} ${code} ${message}`,
  );
}

test('Files are read in the order of their names, those of folders included', async () => {
  const path = policyFolder({
    'b.cedar': '',
    'a/z.cedar': '',
    'a.cedar': '',
    'a/note.md': '',
    '.git/x.cedar': '',
  });
  expect(await read(path)).toEqual(['a.cedar', 'a/z.cedar', 'b.cedar']);
  expect(await read(join(path, 'b.cedar'))).toEqual(['b.cedar']);
});

test('A link within the folder is followed, as a mounted configuration has them', async () => {
  const path = policyFolder({ '..data-1/main.cedar': 'x' });
  symlinkSync('..data-1', join(path, '..data'));
  symlinkSync('..data/main.cedar', join(path, 'main.cedar'));
  expect(await read(path)).toEqual(['main.cedar']);
});

test('A link that leads out of the folder is refused, and one that leads nowhere too', async () => {
  const path = policyFolder({ 'main.cedar': '' });
  const elsewhere = policyFolder({ 'other.cedar': '' });
  symlinkSync(join(elsewhere, 'other.cedar'), join(path, 'link.cedar'));
  symlinkSync(elsewhere, join(path, 'folder'));
  symlinkSync('loop.cedar', join(path, 'loop.cedar'));
  expect((await read(path)).toSorted()).toEqual([
    'folder POLICY_FILE_OUTSIDE This is a link to something outside of the folder of policies.',
    'link.cedar POLICY_FILE_OUTSIDE This is a link to something outside of the folder of policies.',
    'loop.cedar POLICY_FILE_UNREADABLE This is a link that points to itself.',
  ]);
});

test('A pipe is not waited for', async () => {
  const path = policyFolder({ 'main.cedar': '' });
  execFileSync('mkfifo', [join(path, 'pipe.cedar')]);
  expect(await read(path)).toEqual([
    'pipe.cedar POLICY_FILE_UNREADABLE This is a pipe, a device or a socket.',
  ]);
});

test('Text that is not UTF-8 and files that are too large are refused', async () => {
  const path = policyFolder({ 'a.cedar': Buffer.from([0xff]), 'b.cedar': 'x'.repeat(1_048_577) });
  expect(await read(path)).toEqual([
    'a.cedar POLICY_FILE_UNREADABLE This is not UTF-8 text.',
    'b.cedar POLICY_FILE_UNREADABLE Policies may have at most 1 MiB a file and 8 MiB in all.',
  ]);
});

test('No more than 8 MiB are read in all', async () => {
  const files = Array.from({ length: 9 }, (_, index) => [`${index}.cedar`, 'x'.repeat(1_000_000)]);
  const path = policyFolder(Object.fromEntries(files));
  expect(await read(path)).toEqual([
    '8.cedar POLICY_FILE_UNREADABLE Policies may have at most 1 MiB a file and 8 MiB in all.',
  ]);
});

test('A folder with too much in it, or too deep, is one finding', async () => {
  const path = policyFolder({ 'main.cedar': '' });
  for (let index = 0; index < 1_001; index += 1) writeFileSync(join(path, `${index}.txt`), '');
  expect(await read(path)).toEqual([expect.stringContaining('POLICY_FILES_TOO_MANY')]);
  const deep = policyFolder({ 'main.cedar': '' });
  mkdirSync(join(deep, ...Array.from({ length: 12 }, () => 'd'), 'e'), { recursive: true });
  expect(await read(deep)).toEqual([expect.stringContaining('POLICY_FILES_TOO_MANY')]);
});

test('A folder without policies and a folder that is not there are findings', async () => {
  const path = policyFolder({ 'main.txt': '' });
  expect(await read(path)).toEqual([
    `${path} POLICY_FILES_NONE There is no file here whose name ends in .cedar.`,
  ]);
  expect(await read(join(path, 'none'))).toEqual([
    `${path}/none POLICY_FILE_UNREADABLE There is no such file or folder.`,
  ]);
});
