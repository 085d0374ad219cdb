import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as cedar from '../src/cedar/index.ts';
import * as policy from '../src/index.ts';
import { policyFolder } from './support/policy-folder.ts';

test('The snippet of the README runs and prints the verdict that it shows.', async () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const snippet = /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const path = join(policyFolder({}), 'main.cedar');
  const body = snippet
    .replaceAll(
      /^import (\{[^}]*\}) from '@wcp\/policy(\/cedar)?';/gm,
      (_, names, isCedar) => `const ${names} = ${isCedar === undefined ? 'policy' : 'cedar'};`,
    )
    .replace(/^import \{ writeFileSync \} from 'node:fs';/, '')
    .replaceAll("'main.cedar'", JSON.stringify(path));
  const printed: unknown[][] = [];
  const run = new Function(
    'writeFileSync',
    'policy',
    'cedar',
    'console',
    `return (async () => {${body}})();`,
  );
  await run(writeFileSync, policy, cedar, {
    log: (...line: unknown[]) => printed.push(line),
    error: () => {},
  });
  const shown = /console\.log\(.*\); \/\/ (.*)/.exec(snippet)?.[1];
  expect(printed.map((line) => line.join(' '))).toEqual([shown]);
});
