import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as evidence from '../src/index.ts';

test('The snippet of the README runs and prints what its comments say.', () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const snippet = /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const body = snippet.replace(/^import (\{[^}]*\}) from '@wcp\/evidence';/, 'const $1 = evidence;');
  expect(body).not.toContain('import ');
  const printed: unknown[] = [];
  new Function('evidence', 'console', body)(evidence, { log: (line: unknown) => printed.push(line) });
  expect(printed).toEqual([true, ['RECEIPT_HASH_MISMATCH', 'LOG_ROOT_MISMATCH'], ['LOG_TAIL_MISSING']]);
});
