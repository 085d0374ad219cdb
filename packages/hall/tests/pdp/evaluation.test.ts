import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ruleFor } from '../support/documents.ts';
import { CAPABILITIES } from '../support/workers.ts';
import { DEFAULTS, EnforcementPoint } from './enforcement-point.ts';

let point: EnforcementPoint;
beforeAll(async () => {
  point = await EnforcementPoint.open();
});
afterAll(() => point.close());

const asked = (members: object = {}, capability: string = CAPABILITIES.plain) => ({
  subject: { type: 'identity', id: 'alice' },
  action: { name: 'call', properties: { text: 'hello' } },
  resource: { type: 'capability', id: capability },
  ...members,
});
const decisionsOf = (json: { evaluations: { decision: boolean }[] }) =>
  json.evaluations.map(({ decision }) => decision);

describe('an evaluation is a decision of the Hall', () => {
  test('It is recorded with a receipt, and names its decision.', async () => {
    const { json } = await point.evaluate(asked(), { 'x-request-id': 'trail-1' });
    expect(json).toMatchObject({
      decision: true,
      context: {
        outcome: 'DISPATCH',
        deny_code: null,
        policy_version: 'policy.v7',
        correlation_id: 'trail-1',
      },
    });
    const shown = await point.hall.get('auditor', `/wcp/decisions/${json.context.id}`);
    expect(shown.json.receipts).toHaveLength(1);
    expect(shown.json.input).toEqual({
      ...DEFAULTS,
      capability_id: CAPABILITIES.plain,
      tenant_id: 'tenant-a',
      correlation_id: 'trail-1',
      request: { text: 'hello' },
      privilege_context: {
        subject: { type: 'identity', id: 'alice' },
        action: { name: 'call', properties: { text: 'hello' } },
        resource: { type: 'capability', id: CAPABILITIES.plain },
        context: {},
      },
    });
  });

  test('No worker runs.', async () => {
    const before = point.hall.delivery.calls.length;
    await point.evaluate(asked());
    expect(point.hall.delivery.calls).toHaveLength(before);
  });

  test('What the context says of the request counts before the defaults, and the rest goes to policies.', async () => {
    const context = {
      env: 'stage',
      data_label: 'INTERNAL',
      qos_class: 'P1',
      correlation_id: 'c-9',
      agent: 'a',
    };
    const { json } = await point.evaluate(asked({ context }));
    const { input } = (await point.hall.get('auditor', `/wcp/decisions/${json.context.id}`)).json;
    expect(input).toMatchObject({
      env: 'stage',
      data_label: 'INTERNAL',
      qos_class: 'P1',
      correlation_id: 'c-9',
    });
    expect(input.privilege_context.context).toEqual({ agent: 'a' });
  });

  test('A hold is no permit: the answer names the approval, and stays as it is.', async () => {
    const { status, json } = await point.evaluate(asked({}, CAPABILITIES.held));
    expect([status, json.decision, json.context.outcome]).toEqual([200, false, 'STEWARD_HOLD']);
    const { approval_id, supervisor_level } = json.context.approval;
    expect(supervisor_level).toBe('gatekeeper');
    expect(json.context.reason_admin.en).toContain(`wcp approvals approve ${approval_id}`);
    expect((await point.hall.get('tenant', `/wcp/approvals/${approval_id}`)).json.state).toBe('pending');
    expect((await point.hall.resolve('steward', approval_id)).status).toBe(200);
    expect((await point.hall.get('tenant', `/wcp/approvals/${approval_id}`)).json.state).toBe('approved');
  });

  test('A denial says what it means to the one who asks, and to an administrator what to do.', async () => {
    const { json } = await point.evaluate(asked({}, 'cap.nothing.known'));
    expect(json.context).toMatchObject({ outcome: 'DENY', deny_code: 'DENY_NO_MATCHING_RULE' });
    expect(json.context.reason_admin.en.length).toBeGreaterThan(json.context.reason_user.en.length);
  });
});

describe('what is missing or false denies', () => {
  test.each(['env', 'data_label', 'tenant_risk', 'qos_class'] as const)(
    'Where neither the context nor the settings say %s, the decision is false.',
    async (name) => {
      const { [name]: _, ...defaults } = DEFAULTS;
      const hall = await EnforcementPoint.open({ authzen: { defaults } });
      const { status, json } = await hall.evaluate(asked());
      await hall.close();
      expect([status, json.decision, json.context.deny_code]).toEqual([200, false, 'DENY_INVALID_INPUT']);
      expect(json.context.reason_admin.en).toContain(`/${name}`);
    },
  );

  test('A Hall without these settings denies what says nothing, and answers what says everything.', async () => {
    const hall = await EnforcementPoint.open({ authzen: {} });
    const answers = [await hall.evaluate(asked()), await hall.evaluate(asked({ context: { ...DEFAULTS } }))];
    await hall.close();
    expect(answers.map(({ json }) => json.decision)).toEqual([false, true]);
  });

  test.each([
    ['env', 'moon'],
    ['env', null],
    ['correlation_id', 'two words'],
    ['blast_score', 1000],
    ['blast_radius', { data: -1 }],
    ['tenant_credential', 7],
  ])('A context whose %s is %j is denied, not corrected.', async (name, value) => {
    const { status, json } = await point.evaluate(asked({ context: { [name]: value } }));
    expect([status, json.decision, json.context.outcome]).toEqual([200, false, 'DENY']);
  });

  test('A subject that is another tenant is denied, and nothing is recorded in its name.', async () => {
    const { status, json } = await point.evaluate(asked({ subject: { type: 'tenant', id: 'tenant-b' } }));
    expect([status, json.decision, json.context.error.code]).toEqual([200, false, 'TENANT_MISMATCH']);
    const { json: records } = await point.hall.get('auditor', '/wcp/decisions?tenant_id=tenant-b');
    expect(records.items).toEqual([]);
  });

  test.each([{ tenant_id: 'tenant-b' }, { properties: { tenant_id: 'tenant-b' } }])(
    'The tenant is that of the key, whatever the subject says (%j).',
    async (members) => {
      const { json } = await point.evaluate(
        asked({ subject: { type: 'user', id: 'tenant-b', ...members }, context: { tenant_id: 'tenant-b' } }),
      );
      const shown = await point.hall.get('auditor', `/wcp/decisions/${json.context.id}`);
      expect(shown.json.input.tenant_id).toBe('tenant-a');
    },
  );

  test('Neither dry_run nor a capability in the body makes a permit.', async () => {
    const { json } = await point.evaluate({
      ...asked({}, 'cap.nothing.known'),
      dry_run: false,
      capability_id: CAPABILITIES.plain,
    });
    expect(json.decision).toBe(false);
  });

  test('A credential is kept neither in the record nor for the gate.', async () => {
    const secret = 'eyJhbGciOiJFZERTQSJ9.e30.c2VjcmV0';
    const { json } = await point.evaluate(asked({ context: { tenant_credential: secret } }));
    const shown = await point.hall.get('auditor', `/wcp/decisions/${json.context.id}`);
    expect(shown.text).not.toContain(secret);
    expect(shown.json.input.tenant_credential).toMatch(/^sha256:/);
  });

  test.each(['steward', 'auditor', 'admin', 'owner'] as const)(
    'The key of a %s may not ask.',
    async (person) => {
      expect((await point.send('/access/v1/evaluation', asked(), {}, person)).status).toBe(403);
    },
  );

  test('A Hall without keys answers for the tenant that the subject names, in dev alone.', async () => {
    const open = await EnforcementPoint.open({ isOpen: true });
    const ask = (members: object) => open.send('/access/v1/evaluation', asked(members), {}, 'nobody');
    const subject = { type: 'tenant', id: 'tenant-x' };
    const answers = [await ask({ subject }), await ask({}), await ask({ subject, context: { env: 'prod' } })];
    await open.close();
    expect(answers.map(({ status, json }) => [status, json.decision ?? json.code])).toEqual([
      [200, true],
      [200, false],
      [403, 'OPEN_HALL_DEV_ONLY'],
    ]);
  });
});

describe('batches', () => {
  test('Two hundred and fifty-six evaluations are answered in their order, and one more is refused.', async () => {
    const evaluations = Array.from({ length: 256 }, (_, n) =>
      asked({}, n % 3 === 0 ? 'cap.nothing.known' : CAPABILITIES.plain),
    );
    const { json } = await point.evaluateAll({ evaluations });
    expect(decisionsOf(json)).toEqual(evaluations.map((_, n) => n % 3 !== 0));
    expect((await point.evaluateAll({ evaluations: [...evaluations, asked()] })).status).toBe(400);
  });

  test('Values that hold for all of many evaluations count for each: a small body does not become a large one.', async () => {
    const context = { padding: 'x'.repeat(100_000) };
    const { status, json } = await point.evaluateAll({
      ...asked(),
      context,
      evaluations: Array(256).fill({}),
    });
    expect([status, json.code]).toEqual([400, 'INVALID_BODY']);
  });

  test('Each evaluation counts as a request that is kept; those over the limit are denied by themselves.', async () => {
    const hall = await EnforcementPoint.open({
      authzen: { defaults: DEFAULTS },
      http: { request_bytes_per_minute: 100_000 },
    });
    const context = { padding: 'x'.repeat(50_000) };
    const { json } = await hall.evaluateAll({ ...asked(), context, evaluations: [{}, {}, {}, {}] });
    await hall.close();
    expect(decisionsOf(json)).toEqual([true, true, false, false]);
    expect(json.evaluations[3].context.error).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  });

  test('Evaluations after the one that ends a batch are not decided at all.', async () => {
    const hall = await EnforcementPoint.open();
    const { json } = await hall.evaluateAll({
      evaluations: [asked({}, 'cap.nothing.known'), asked(), asked()],
      options: { evaluations_semantic: 'deny_on_first_deny' },
    });
    const { json: records } = await hall.hall.get('auditor', '/wcp/decisions');
    await hall.close();
    expect([decisionsOf(json), records.items.length]).toEqual([[false], 1]);
  });

  test('An entity that is broken is denied by itself and says what is wrong.', async () => {
    const { status, json } = await point.evaluateAll({
      evaluations: [asked({ subject: { type: 'user', id: 7 } }), asked()],
    });
    expect([status, decisionsOf(json)]).toEqual([200, [false, true]]);
    expect(json.evaluations[0].context.error.message).toContain('/subject/id');
  });
});

test('Nothing is answered while the Hall cannot record.', async () => {
  const hall = await EnforcementPoint.open();
  await hall.hall.hall.parts.storage.close();
  const answers = [await hall.evaluate(asked()), await hall.evaluateAll({ evaluations: [asked(), asked()] })];
  await hall.close().catch(() => {});
  expect(answers.map(({ status }) => status)).toEqual([503, 503]);
});

test('The first row of the settings that matches names the capability, before the id itself does.', async () => {
  const capabilities = [
    { type: 'capability', id: CAPABILITIES.plain, action: 'call', capability_id: CAPABILITIES.held },
    { type: 'capability', capability_id: CAPABILITIES.plain },
  ];
  const hall = await EnforcementPoint.open({
    rules: [ruleFor(CAPABILITIES.plain)],
    authzen: { defaults: DEFAULTS, capabilities },
  });
  const answers = [
    await hall.evaluate(asked()),
    await hall.evaluate(asked({ action: { name: 'anything' } })),
  ];
  await hall.close();
  expect(answers.map(({ json }) => [json.decision, json.context.deny_code])).toEqual([
    [false, 'DENY_NO_MATCHING_RULE'],
    [true, null],
  ]);
});
