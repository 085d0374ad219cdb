import { expect, onTestFinished, test } from 'vitest';
import { type AuthzenOptions, authzenServer } from '../../src/authzen/index.ts';
import { type LoadedGate, openGate } from '../../src/index.ts';
import { jsonServer } from '../support/json-server.ts';
import { gateRequest } from '../support/request.ts';

async function open(options: AuthzenOptions): Promise<LoadedGate> {
  const gate = await openGate(authzenServer(options));
  onTestFinished(() => gate.close());
  return gate;
}

/** A gate whose decision point answers this. */
async function answering(answer: unknown): Promise<LoadedGate> {
  const server = await jsonServer(() => ({ decision: false }));
  const gate = await open({ url: server.url });
  server.answer = () => answer;
  return gate;
}

test('A request is an access evaluation: may the tenant dispatch the capability?', async () => {
  const server = await jsonServer(() => ({ decision: false }));
  const gate = await open({ url: server.url });
  await gate.decide(gateRequest({ privilege_context: { purpose: 'audit' } }));
  expect(server.received.at(-1)).toMatchObject({ method: 'POST', url: '/access/v1/evaluation' });
  expect(server.received.at(-1)?.body).toEqual({
    subject: { type: 'tenant', id: 'acme', properties: { tenant_risk: 'low' } },
    action: { name: 'dispatch', properties: { qos_class: 'P2' } },
    resource: {
      type: 'capability',
      id: 'cap.doc.summarize',
      properties: {
        worker_id: 'org.example.doc.summarizer-1',
        worker_species_id: 'wrk.doc.summarizer',
        authority: 'org.example',
        risk_tier: 'low',
        privilege_envelope: null,
      },
    },
    context: {
      agent: 'acme',
      env: 'dev',
      data_label: 'PUBLIC',
      policy_version: 'policy.v0',
      rule_id: 'summarize',
      blast_score: 2,
      privilege_context: { purpose: 'audit' },
    },
  });
});

test('A decision point that knows tools of MCP is asked as a gateway of MCP asks: tools/call of a tool.', async () => {
  const server = await jsonServer(() => ({ decision: false }));
  const gate = await open({ url: server.url, path: '/tenant-1/access/v1/evaluation', mapping: 'mcp-tool' });
  await gate.decide(gateRequest());
  expect(server.received.at(-1)).toMatchObject({
    url: '/tenant-1/access/v1/evaluation',
    body: {
      subject: { type: 'identity', id: 'acme' },
      action: { name: 'tools/call' },
      resource: { type: 'tool', id: 'cap.doc.summarize' },
      context: { agent: 'acme' },
    },
  });
});

test('The decision is taken with its reason, in each form that AuthZEN shows.', async () => {
  const reasons: readonly [unknown, string][] = [
    [{ reason: 'viewer of the record' }, 'viewer of the record'],
    [{ id: '0', reason_admin: { en: 'policy C076E82F' }, reason_user: { en: 'no' } }, 'policy C076E82F'],
    [{ reason_user: { '403': 'insufficient privileges' } }, 'insufficient privileges'],
    [{ reason: '', reason_admin: 7 }, 'the policy decision point denies it'],
    [undefined, 'the policy decision point denies it'],
    [{ reason: 'x'.repeat(9_000) }, 'x'.repeat(2_000)],
  ];
  for (const [context, reason] of reasons) {
    const gate = await answering({ decision: false, context });
    expect(await gate.decide(gateRequest())).toEqual({
      decision: 'DENY',
      reason,
      policy_version: gate.policy_version,
    });
  }
  const gate = await answering({ decision: true });
  expect(await gate.decide(gateRequest())).toMatchObject({
    decision: 'ALLOW',
    reason: 'the policy decision point permits it',
  });
});

test('A denial that waits for a human is a hold, in the words with which a Hall answers as a decision point.', async () => {
  const approval = { approval_id: 'x', supervisor_level: 'executor' };
  const held = {
    decision: false,
    context: { outcome: 'STEWARD_HOLD', approval, policy_version: 'policy.v7', reason_admin: { en: 'wait' } },
  };
  expect(await (await answering(held)).decide(gateRequest())).toEqual({
    decision: 'REQUIRE_HUMAN',
    reason: 'wait',
    supervisor_level: 'executor',
    policy_version: 'policy.v7',
  });
  const bare = { decision: false, context: { outcome: 'STEWARD_HOLD' } };
  expect(await (await answering(bare)).decide(gateRequest())).not.toHaveProperty('supervisor_level');
  const deny = { decision: false, context: { outcome: 'DENY', deny_code: 'DENY_NO_MATCHING_RULE' } };
  expect(await (await answering(deny)).decide(gateRequest())).toMatchObject({ decision: 'DENY' });
});

test('An allowance that contradicts itself or has conditions is no verdict, and neither is anything else.', async () => {
  const wrong = [
    { decision: true, context: { outcome: 'STEWARD_HOLD' } },
    { decision: true, context: { outcome: 'DENY' } },
    { decision: true, context: { error: { status: 500, message: 'the store is down' } } },
    { decision: true, context: { obligations: [{ id: 'mask' }] } },
    { decision: true, context: { obligations: { mask: true } } },
    { decision: true, context: 'fine' },
    { decision: true, context: [] },
    { decision: false, context: { outcome: 'STEWARD_HOLD', supervisor_level: 'nobody' } },
    { decision: 'true' },
    { decision: 1 },
    { evaluations: [{ decision: true }] },
    {},
    [],
    [{ decision: true }],
    null,
    true,
  ];
  for (const answer of wrong) {
    const gate = await answering(answer);
    const failed = Promise.resolve(gate.decide(gateRequest()));
    await expect(failed, JSON.stringify(answer)).rejects.toMatchObject({ code: 'ERR_WCP_POLICY_ANSWER' });
  }
});

test('What a decision point is asked, and where, is checked before it is asked.', async () => {
  const codes = async (options: object) => {
    const loading = await authzenServer({ url: 'http://127.0.0.1:1', ...options }).load();
    return loading.ok ? loading.unchecked?.length : loading.findings.map(({ code }) => code);
  };
  expect(await codes({})).toBe(0);
  expect(await codes({ path: 'access' })).toEqual(['POLICY_SERVER_PATH']);
  expect(await codes({ path: '/access?x=1' })).toEqual(['POLICY_SERVER_PATH']);
  expect(await codes({ mapping: 'tool' })).toEqual(['POLICY_SERVER_MAPPING']);
  expect(await codes({ url: 'pdp', mapping: 'toString' })).toEqual([
    'POLICY_SERVER_ADDRESS',
    'POLICY_SERVER_MAPPING',
  ]);
});
