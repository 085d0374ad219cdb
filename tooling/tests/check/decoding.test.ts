import { expect, test } from 'vitest';
import { checkDecoding } from '../../src/check/decoding.ts';
import { sampleRepository } from '../support/sample-repository.ts';

const FILE = 'packages/hall/src/read.ts';
const findingsFor = (code: string, allowed: { file: string; why: string }[] = []) =>
  checkDecoding(sampleRepository({ [FILE]: `${code}\n` }), allowed);

test.each([
  ["const text = bytes.toString('utf8');"],
  ['const text = new TextDecoder().decode(bytes);'],
  ["const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);"],
  ["const text = await readFile(join(dir, name), 'utf8');"],
  ["const text = readFileSync(\n  place,\n  'utf-8');"],
  ["stream.setEncoding('utf8');"],
  ['for await (const line of createInterface({ input })) take(line);'],
  ['const value = await response.json();'],
  ['const text = await response.text();'],
])('Code that replaces what is not UTF-8 is a finding: %s', (code) => {
  expect(findingsFor(code)).toEqual([expect.stringContaining(`${FILE}:1: replaces what is not UTF-8`)]);
});

test.each([
  ["const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);"],
  ["const hash = digest.toString('hex');"],
  ['const bytes = await readFile(place);'],
])('Code that refuses what is not UTF-8, or makes no text, is none: %s', (code) => {
  expect(findingsFor(code)).toEqual([]);
});

test('A file with a reason may do it, and a reason without such a place is a finding.', () => {
  const allowed = [{ file: FILE, why: 'a test' }];
  expect(findingsFor("const text = bytes.toString('utf8');", allowed)).toEqual([]);
  expect(findingsFor('const bytes = 1;', allowed)).toEqual([expect.stringContaining('but does not')]);
});

test('A test may read its own files as it likes.', () => {
  const code = "const text = readFileSync(file, 'utf8');\n";
  expect(checkDecoding(sampleRepository({ 'packages/hall/tests/read.test.ts': code }), [])).toEqual([]);
});
