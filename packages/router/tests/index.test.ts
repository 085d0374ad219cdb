import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('@wcp/router exports these names', async () => {
  expect(Object.keys(await import('../src/index.ts')).sort()).toEqual([
    'analyzeRules',
    'compileWorld',
    'decide',
    'devAllowGate',
    'effectiveQosClass',
    'explain',
  ]);
});

test('@wcp/router exports these types', () => {
  const source = readFileSync(new URL('../src/index.ts', import.meta.url), 'utf8');
  const types = [...source.matchAll(/type (?:\{ )?(\w+)/g)].map(([, name]) => name);
  expect(types.sort()).toEqual([
    'Change',
    'ExplainedStep',
    'Explanation',
    'PolicyGate',
    'PolicyGateRequest',
    'PolicyVerdict',
    'RuleFinding',
    'World',
    'WorldDocuments',
    'WorldOptions',
  ]);
});
