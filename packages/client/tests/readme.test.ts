import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as client from '../src/index.ts';
import { RealHall } from './support/real-hall.ts';

test('The snippet of the README runs against a Hall and says what it says.', async () => {
  const hall = await RealHall.open();
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const snippet = /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const body = snippet
    .replace(/^import (\{[^}]*\}) from '@wcp\/client';$/m, 'const $1 = client;')
    .replace('http://127.0.0.1:7420', hall.url)
    .replace('wcp_…', hall.key('tenant'));
  expect(body).not.toMatch(/import |…/);
  const said: string[] = [];
  const log = (...words: unknown[]) => said.push(words.map((word) => JSON.stringify(word)).join(' '));
  await new Function('client', 'console', `return (async () => { ${body} })()`)(client, { log });
  expect(said).toEqual([
    '"DISPATCH" {"greeting":"Hello!"}',
    '"decision" "ALLOW"',
    '"outcome" "ALLOW"',
    '"evt.gov.blast-scored"',
    '"evt.os.task.routed"',
    '"evt.os.worker.selected"',
    '"evt.os.policy.gated"',
    '"evt.worker.executed"',
    '403 "FORBIDDEN"',
  ]);
});
