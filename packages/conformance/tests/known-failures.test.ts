import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadKnownFailures } from '../src/known-failures.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wcp-known-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function written(text: string): string {
  const file = join(scratch, 'known.json');
  writeFileSync(file, text);
  return file;
}

test('a list of ids with reasons is read', async () => {
  const list = [{ id: 'a/b/c', reason: 'not done' }];
  expect(await loadKnownFailures(written(JSON.stringify(list)))).toEqual(list);
  expect(await loadKnownFailures(written('[]'))).toEqual([]);
});

test.each([
  ['{}'],
  ['[{"id":"a/b/c"}]'],
  ['[{"id":"a/b/c","reason":" "}]'],
  ['[{"id":"a","reason":"x"}]'],
  ['[{"id":"a/b/c","reason":"x","until":"y"}]'],
  ['['],
])('%s is refused: a known failure has a reason (WCP-11-46)', async (text) => {
  await expect(loadKnownFailures(written(text))).rejects.toMatchObject({ code: 'ERR_WCP_CONFORMANCE' });
});

test('a file that is missing is refused', async () => {
  await expect(loadKnownFailures(join(scratch, 'none.json'))).rejects.toMatchObject({
    code: 'ERR_WCP_CONFORMANCE',
  });
});
