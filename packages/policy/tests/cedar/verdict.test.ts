import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { cedarPolicies } from '../../src/cedar/index.ts';
import { openGate } from '../../src/index.ts';
import { policyFolder } from '../support/policy-folder.ts';
import { gateRequest } from '../support/request.ts';

async function gateOf(text: string) {
  const gate = await openGate(cedarPolicies({ path: policyFolder({ 'main.cedar': text }) }));
  onTestFinished(() => gate.close());
  return gate;
}

const POLICIES = `
@id("acme") @reason("Acme may use its workers.")
permit(principal == Tenant::"acme", action, resource);

@id("large") @wcp_outcome("human") @wcp_level("gatekeeper")
permit(principal == Tenant::"acme", action, resource) when { context.blast_score > 10 };

@id("huge") @reason("Too much at once.") @wcp_outcome("human") @wcp_level("executor")
permit(principal, action in Action::"dispatch", resource) when { context.blast_score > 20 };

@id("restricted") @reason("Restricted data stays in low-risk workers.")
forbid(principal, action, resource)
when { context.data_label == "RESTRICTED" && resource.risk_tier != "low" };

forbid(principal, action == Action::"cap.web.fetch", resource);
`;

test('forbid beats human, human beats allow, and what no policy permits is denied', async () => {
  const { decide, policy_version } = await gateOf(POLICIES);
  const verdict = (given: Parameters<typeof gateRequest>[0]) => decide(gateRequest(given));
  expect(verdict({})).toEqual({
    decision: 'ALLOW',
    policy_version,
    reason: 'acme: Acme may use its workers.',
  });
  expect(verdict({ blast_score: 11 })).toEqual({
    decision: 'REQUIRE_HUMAN',
    policy_version,
    reason: 'large',
    supervisor_level: 'gatekeeper',
  });
  expect(verdict({ blast_score: 21 })).toMatchObject({
    reason: 'large; huge: Too much at once.',
    supervisor_level: 'executor',
  });
  expect(verdict({ blast_score: 21, data_label: 'RESTRICTED', risk_tier: 'high' })).toEqual({
    decision: 'DENY',
    policy_version,
    reason: 'restricted: Restricted data stays in low-risk workers.',
  });
  expect(verdict({ capability_id: 'cap.web.fetch' })).toMatchObject({
    decision: 'DENY',
    reason: 'main.cedar:15',
  });
  expect(verdict({ tenant_id: 'other' })).toMatchObject({
    decision: 'DENY',
    reason: 'No policy permits this.',
  });
  expect(verdict({ tenant_id: 'other', blast_score: 25 })).toMatchObject({
    decision: 'REQUIRE_HUMAN',
    supervisor_level: 'executor',
  });
});

test('A policy that fails on a request denies it, also where another one permits', async () => {
  const { decide } = await gateOf(`
    permit(principal == Tenant::"acme", action, resource);
    @id("overflow") forbid(principal, action, resource)
    when { context.tenant_id == "acme" && context.blast_score + 9223372036854775800 > 9223372036854775806 };`);
  expect(decide(gateRequest({ blast_score: 1 }))).toMatchObject({ decision: 'ALLOW' });
  expect(() => decide(gateRequest({ blast_score: 100 }))).toThrow(
    expect.objectContaining({
      code: 'ERR_WCP_POLICY_ENGINE',
      cause: expect.objectContaining({ message: expect.stringContaining('overflow') }),
    }),
  );
});

test('A score that is no whole number of 64 bits denies', async () => {
  const { decide } = await gateOf(
    `permit(principal == Tenant::"acme", action, resource) when { context.blast_score < 5 };`,
  );
  for (const blast_score of [1.5, Number.NaN, 1e300, '1' as unknown as number]) {
    expect(() => decide(gateRequest({ blast_score })), String(blast_score)).toThrow(
      expect.objectContaining({ code: 'ERR_WCP_POLICY_ENGINE' }),
    );
  }
});

test('The members of the privilege context are tags: a text is itself, anything else its JSON', async () => {
  const { decide } = await gateOf(`
    permit(principal == Tenant::"acme", action, resource)
    when {
      context has privilege_context && context.privilege_context.hasTag("purpose") &&
      context.privilege_context.getTag("purpose") == "billing" &&
      context.privilege_context.hasTag("scopes") &&
      context.privilege_context.getTag("scopes") == "[\\"read\\",{\\"a\\":1}]"
    };`);
  const asked = (privilege_context: Record<string, unknown> | null) =>
    decide(gateRequest({ privilege_context }));
  expect(asked({ purpose: 'billing', scopes: ['read', { a: 1 }] })).toMatchObject({ decision: 'ALLOW' });
  for (const context of [
    null,
    {},
    { purpose: ['billing'], scopes: ['read', { a: 1 }] },
    { purpose: 'billing' },
    { purpose: { __entity: { type: 'Tenant', id: 'acme' } }, scopes: { __extn: { fn: 'ip', arg: '::1' } } },
    JSON.parse('{"__proto__": {"purpose": "billing"}}'),
  ]) {
    expect(asked(context), JSON.stringify(context)).toMatchObject({ decision: 'DENY' });
  }
});

test('An envelope is read as the protocol reads it: no word about egress means unrestricted', async () => {
  const { decide } = await gateOf(`
    permit(principal == Tenant::"acme", action, resource)
    when {
      resource has privilege_envelope && resource.privilege_envelope.network_egress == "none" &&
      resource.privilege_envelope.tools.isEmpty()
    };`);
  const asked = (privilege_envelope: Parameters<typeof gateRequest>[0] & object) =>
    decide(gateRequest(privilege_envelope));
  expect(asked({ privilege_envelope: { network_egress: 'none' } })).toMatchObject({ decision: 'ALLOW' });
  expect(asked({ privilege_envelope: {} })).toMatchObject({ decision: 'DENY' });
  expect(asked({ privilege_envelope: null })).toMatchObject({ decision: 'DENY' });
  expect(asked({ privilege_envelope: { network_egress: 'none', tools: ['git'] } })).toMatchObject({
    decision: 'DENY',
  });
});

test('A tenant, a worker and a capability of any name are only ever names', async () => {
  const { decide } = await gateOf('permit(principal == Tenant::"acme", action, resource);');
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.string(),
      fc.string(),
      (tenant_id, worker_id, capability_id) => {
        const verdict = decide(gateRequest({ tenant_id, worker_id, capability_id }));
        expect(verdict).toMatchObject({ decision: tenant_id === 'acme' ? 'ALLOW' : 'DENY' });
      },
    ),
    { numRuns: 100 },
  );
});

test('A request of any size is answered or denied, and so is the next one', async () => {
  const { decide } = await gateOf(`
    permit(principal == Tenant::"acme", action, resource)
    when { context.tenant_id like "*a*c*m*e*" };
    forbid(principal, action, resource)
    when { context has privilege_context && context.privilege_context.hasTag("no") };`);
  const long = 'ac'.repeat(250_000);
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index]));
  const deep = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`);
  for (const given of [
    { tenant_id: long },
    { capability_id: long },
    { worker_id: `\u0000"\\${long}` },
    { privilege_context: { yes: long, [long]: '' } },
    { privilege_context: many },
    { privilege_context: { deep } },
  ]) {
    try {
      await decide(gateRequest(given));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_WCP_POLICY_ENGINE' });
    }
    expect(decide(gateRequest())).toMatchObject({ decision: 'ALLOW' });
  }
});
