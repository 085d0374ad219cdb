import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as kit from '../src/index.ts';
import * as testing from '../src/testing/index.ts';

test('The snippet of the README runs and prints an answer, a denial and no findings.', async () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const snippet = /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const body = snippet
    .replace(/^import (\{[^}]*\}) from '@wcp\/worker-kit';/m, 'const $1 = kit;')
    .replace(/^import (\{[^}]*\}) from '@wcp\/worker-kit\/testing';/m, 'const $1 = testing;');
  const printed: unknown[][] = [];
  const run = new Function('kit', 'testing', 'console', `return (async () => {${body}})();`);
  await run(kit, testing, { log: (...line: unknown[]) => printed.push(line) });
  expect(printed).toEqual([['ok', 'Hello, Ada!'], ['denied', 'WORKER_INVALID_INPUT', '/name'], [[]]]);
});
