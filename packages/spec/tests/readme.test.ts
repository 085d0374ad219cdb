import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as catalog from '../src/catalog/catalog.ts';
import * as spec from '../src/index.ts';

test('The snippet of the README runs and prints what it says.', () => {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const snippet = /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const body = snippet.replace(
    /^import (\{[^}]*\}) from '@wcp\/spec(\/catalog)?';$/gm,
    (_, names, path = '') => (path === '' ? `const ${names} = spec;` : `const ${names} = catalog;`),
  );
  expect(body).not.toContain('import ');
  const said: string[] = [];
  const log = (...words: unknown[]) => said.push(words.join(' '));
  new Function('spec', 'catalog', 'console', body)(spec, catalog, { log });
  expect(said).toEqual([
    '/correlation_id MISSING_MEMBER',
    '/data_label MISSING_MEMBER',
    '/env INVALID_VALUE',
    '/qos_class MISSING_MEMBER',
    '/tenant_risk MISSING_MEMBER',
    'ctrl.obs.audit-log-append-only',
    '{"a":[1e+21,"é"],"b":1}',
    spec.recordHash({ risk_tier: 'low', worker_id: 'org.acme.summarizer' }),
    spec.DENY_CODES.DENY_WORKER_TAMPERED.remedy,
    catalog.findEntity('cap.doc.summarize')?.description,
  ]);
});
