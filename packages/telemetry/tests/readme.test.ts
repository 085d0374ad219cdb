import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as telemetry from '../src/index.ts';
import { freshFile } from './samples.ts';

test('The snippet of the README runs and prints what was stored.', async () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const snippet = /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const body = snippet
    .replace(/^import (\{[^}]*\}) from '@wcp\/telemetry';/, 'const $1 = telemetry;')
    .replaceAll("'events.jsonl'", JSON.stringify(freshFile()));
  const printed: unknown[][] = [];
  const run = new Function('telemetry', 'console', `return (async () => {${body}})();`);
  await run(telemetry, { log: (...line: unknown[]) => printed.push(line) });
  expect(printed).toEqual([['evt.worker.executed'], [true, null]]);
});
