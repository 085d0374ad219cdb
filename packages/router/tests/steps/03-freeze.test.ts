import { expect, test } from 'vitest';
import { compileWorld, decide, explain } from '../../src/index.ts';

const FACTS = { now: '2026-01-01T00:00:00Z', decision_id: '0195f3a0-7c1e-7000-8000-000000000001' };
const INPUT = {
  capability_id: 'cap.doc.summarize',
  env: 'dev',
  data_label: 'PUBLIC',
  tenant_risk: 'low',
  qos_class: 'P2',
  tenant_id: 'agent.newsroom',
  correlation_id: 'c-1',
};
const frozenBy = (reason: string, config: object = {}) =>
  decide(compileWorld({ rules: [], config }), { ...FACTS, frozen: { scope: 'hall', reason } }, INPUT);
const messageOf = (reason: string, config?: object) =>
  frozenBy(reason, config).deny_reason_if_denied?.message ?? '';

test('The message of a freeze gives the reason of whoever froze it, and so does the explanation.', () => {
  expect(messageOf('credentials leaked')).toContain('The reason given: "credentials leaked".');
  const facts = { ...FACTS, frozen: { scope: 'hall', reason: 'credentials leaked' } };
  const { steps } = explain(compileWorld({ rules: [] }), facts, INPUT);
  expect(steps.find(({ step }) => step === 3)).toMatchObject({
    status: 'denied',
    reason: expect.stringContaining('credentials leaked'),
  });
});

test('An empty reason adds nothing.', () => {
  expect(messageOf(' ')).not.toContain('reason given');
});

test('A reason is harmless to a terminal, not endless, and never shows a hash.', () => {
  expect(messageOf('\u001b[31m\u2028')).toContain('"\\u001b[31m\\u2028"');
  expect(messageOf('a'.repeat(100_000)).length).toBeLessThan(1_000);
  expect(messageOf(`sha256:${'ab'.repeat(32)}`)).not.toContain('abab');
});

test('Where the tenant is hidden, the reason does not name it.', () => {
  expect(messageOf('agent.newsroom is taken over')).toContain('agent.newsroom');
  expect(messageOf('agent.newsroom is taken over', { redact_tenant: true })).not.toContain('newsroom');
});

test('The reason is prose: no other member of the decision carries it.', () => {
  const { deny_reason_if_denied, ...rest } = frozenBy('credentials leaked');
  expect(Object.keys(deny_reason_if_denied ?? {})).toEqual(['code', 'message']);
  expect(JSON.stringify(rest)).not.toContain('leaked');
});
