import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as sandbox from '../src/index.ts';

test('the package exports these values', () => {
  expect(Object.keys(sandbox).sort()).toEqual([
    ...['EGRESS_CODES', 'EgressBroker', 'SANDBOX_LIMITS', 'checkEnvelope', 'childStdio'],
    ...['probeSandbox', 'programOutput', 'sandboxed'],
  ]);
});

test('the defaults are these', () => {
  expect(sandbox.SANDBOX_LIMITS).toEqual({
    memory_mb: 512,
    processes: 64,
    cpu_seconds: 3_600,
    wall_ms: 86_400_000,
    file_bytes: 67_108_864,
    open_files: 256,
    output_bytes: 1_073_741_824,
    disk_bytes: 67_108_864,
  });
});

test('the snippet of the README runs and says what it says', async () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const snippet = /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const body = snippet.replace(/^import (\{[^}]*\}) from '@wcp\/sandbox';$/m, 'const $1 = sandbox;');
  expect(body).not.toMatch(/^import /m);
  const said: string[] = [];
  const log = (...words: unknown[]) => said.push(words.join(' '));
  await new Function('sandbox', 'console', `return (async () => { ${body} })()`)(sandbox, {
    log,
    error: log,
  });
  // What the program says comes in one piece or in two.
  expect(said.join('\n').split('\n').sort()).toEqual(['0 enforced', 'ENETUNREACH', 'ENOENT']);
});
