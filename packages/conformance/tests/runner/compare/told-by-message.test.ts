import { expect, test } from 'vitest';
import type { ConformanceCase } from '../../../src/fixtures/conformance-case.ts';
import { toldByMessage } from '../../../src/runner/compare/told-by-message.ts';

const HASH = 'ab'.repeat(32);
const item = (config: object, input: object) => ({ given: { config }, input }) as unknown as ConformanceCase;
const denied = (message: string, findings: readonly object[] = []) => ({
  deny_reason_if_denied: { code: 'DENY_X', message, findings },
});

test('A message that names a hash tells too much, in a finding as well.', () => {
  expect(toldByMessage(item({}, {}), denied(`The code is sha256:${HASH}.`))).toContain('WCP-5-8');
  expect(toldByMessage(item({}, {}), denied('It is denied.', [{ message: HASH }]))).toContain('WCP-5-8');
});

test('A hash that the request itself holds may be named.', () => {
  expect(toldByMessage(item({}, { qos_class: HASH }), denied(`${HASH} is no class.`))).toBeNull();
});

test('The tenant is not named where it is redacted, and may be named where it is not.', () => {
  const reason = denied('agent.research is not on the list.');
  const input = { tenant_id: 'agent.research' };
  expect(toldByMessage(item({ redact_tenant: true }, input), reason)).toContain('WCP-6-34');
  expect(toldByMessage(item({ redact_tenant: false }, input), reason)).toBeNull();
});

test('A result that is not denied tells nothing.', () => {
  expect(toldByMessage(item({ redact_tenant: true }, { tenant_id: 'tenant-a' }), {})).toBeNull();
});
