import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as conformance from '../src/index.ts';

test('The snippet of the README runs a port and prints what its comments say.', async () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const snippet = /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const body = snippet.replace(/^import (\{[^}]*\}) from '@wcp\/conformance';/, 'const $1 = conformance;');
  const printed: unknown[][] = [];
  const run = new Function('conformance', 'console', `return (async () => {${body}})();`);
  // The port of the snippet imports this package by its name, which resolves in its own folder.
  const cwd = new URL('..', import.meta.url).pathname;
  const runHere = (options: conformance.ConformanceOptions) =>
    conformance.runConformance({ ...options, cwd });
  await run({ ...conformance, runConformance: runHere }, { log: (...line: unknown[]) => printed.push(line) });
  expect(printed[0]).toEqual(['# tiny 0.0.1 (JavaScript): no level']);
  expect(printed[1]).toEqual([expect.any(Number), 'of', expect.any(Number), 'cases; exit status', 1]);
});
