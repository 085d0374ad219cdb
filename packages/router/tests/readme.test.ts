import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as router from '../src/index.ts';

test('The snippet of the README runs and prints what it says.', () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const snippet = /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const body = snippet.replace(/^import (\{[^}]*\}) from '@wcp\/router';/, 'const $1 = router;');
  expect(body).not.toContain('import ');
  const said: unknown[] = [];
  new Function('router', 'console', body)(router, { log: (line: unknown) => said.push(line) });
  expect(said).toEqual([
    [],
    'org.acme.doc-summarizer.prod-01',
    'DENY_NO_MATCHING_RULE',
    'No rule matches this request, and nothing is dispatched without a rule.',
    [{ where: 'input', path: '/env', from: 'edge', to: 'dev' }],
  ]);
});
