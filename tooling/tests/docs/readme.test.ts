import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT } from '../../src/repository/root.ts';

test('The snippet of the README prints what the README says.', () => {
  const [, snippet = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
  const [, expected = ''] = /^\/\/ (.+) …$/m.exec(snippet) ?? [];
  const folder = join(ROOT, 'tooling/node_modules/.cache/readme');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'snippet.mjs'), snippet);
  const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'snippet.mjs')], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(expected).not.toBe('');
  expect(stdout.startsWith(expected)).toBe(true);
});
