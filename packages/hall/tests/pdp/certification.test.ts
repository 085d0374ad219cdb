import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AskedOfGate, EnforcementPoint } from './enforcement-point.ts';

// The certification scenario of the AuthZEN working group for the Authorization API 1.0: its fixture, and the
// tests of its levels Basic, Batch and Discovery, by their numbers there.

/** The eight rules of the fixture (1.4). */
function fixture({ subject, action, resource }: AskedOfGate): boolean {
  if (resource.properties?.['status'] === 'archived' && action.name === 'write')
    return subject.properties?.['role'] === 'admin';
  if (action.name === 'read') return true;
  if (subject.id !== 'alice') return false;
  return action.name === 'write' || (action.name === 'delete' && action.properties?.['soft'] === true);
}

let point: EnforcementPoint;
beforeAll(async () => {
  point = await EnforcementPoint.withPolicy(['record'], fixture);
});
afterAll(() => point.close());

const alice = { type: 'user', id: 'alice' };
const bob = { type: 'user', id: 'bob' };
const admin = { ...bob, properties: { role: 'admin' } };
const [read, write] = [{ name: 'read' }, { name: 'write' }];
const record1 = { type: 'record', id: 'record-1' };
const record2 = { type: 'record', id: 'record-2' };
const active = { ...record1, properties: { status: 'active' } };
const archived = { ...record2, properties: { status: 'archived' } };
const permitted = { subject: alice, action: read, resource: record1 };

describe('Basic', () => {
  test.each([
    ['2.2.1 a permit', permitted, true],
    ['2.2.2 a denial', { subject: bob, action: write, resource: record1 }, false],
    [
      '2.2.3 with a context',
      { ...permitted, context: { time: '2025-06-27T18:03-07:00', ip: '192.0.2.1' } },
      true,
    ],
    ['2.2.4 denied by a property', { subject: alice, action: write, resource: archived }, false],
    [
      '2.2.5 permitted by a property of the subject',
      { subject: admin, action: write, resource: archived },
      true,
    ],
    [
      '2.2.6 permitted by a property of the action',
      { subject: alice, action: { name: 'delete', properties: { soft: true } }, resource: record1 },
      true,
    ],
    [
      '2.2.7 denied by a property of the action',
      { subject: alice, action: { name: 'delete', properties: { soft: false } }, resource: record1 },
      false,
    ],
    [
      '2.2.8 with other properties',
      {
        subject: { ...alice, properties: { department: 'Sales', role: 'manager' } },
        action: { ...read, properties: { method: 'GET' } },
        resource: { ...record1, properties: { status: 'active', owner: 'bob' } },
      },
      true,
    ],
    [
      '2.2.9 with members that nobody knows',
      { ...permitted, foo: 'bar', futureField: { nested: true } },
      true,
    ],
  ])('%s is answered as the scenario says.', async (_, body, decision) => {
    const { status, json, headers } = await point.evaluate(body);
    expect([status, json.decision]).toEqual([200, decision]);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(json.context).toBeTypeOf('object');
  });

  test.each([
    ['no subject', { action: read, resource: record1 }],
    ['no action', { subject: alice, resource: record1 }],
    ['no resource', { subject: alice, action: read }],
    ['a subject without a type', { ...permitted, subject: { id: 'alice' } }],
    ['a subject without an id', { ...permitted, subject: { type: 'user' } }],
    ['an action without a name', { ...permitted, action: {} }],
    ['a resource without a type', { ...permitted, resource: { id: 'record-1' } }],
    ['a resource without an id', { ...permitted, resource: { type: 'record' } }],
    ['a subject that is a text', { ...permitted, subject: 'alice' }],
    ['a name that is a number', { ...permitted, action: { name: 123 } }],
    ['no JSON', '{"subject":'],
    ['an empty body', ''],
  ])('2.4 A request with %s is answered with 400.', async (_, body) => {
    expect((await point.evaluate(body)).status).toBe(400);
  });

  test.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded'])(
    '2.4.3 A body of the type %s is answered with 400.',
    async (type) => {
      const { status, json } = await point.evaluate(permitted, { 'content-type': type });
      expect([status, json.code]).toEqual([400, 'INVALID_BODY']);
    },
  );

  test.each(['req-1', 'a request, with: spaces; and "quotes"'])(
    '2.5.1 The X-Request-ID %s is echoed.',
    async (id) => {
      const { headers, json } = await point.evaluate(permitted, { 'x-request-id': id });
      expect([headers['x-request-id'], json.decision]).toEqual([id, true]);
    },
  );

  test('2.5.2 A request without an X-Request-ID gets one.', async () => {
    expect((await point.evaluate(permitted)).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('2.6 The same request gets the same decision each time.', async () => {
    const answers = [];
    for (let n = 0; n < 5; n += 1) answers.push((await point.evaluate(permitted)).json.decision);
    expect(answers).toEqual([true, true, true, true, true]);
  });
});

describe('Batch', () => {
  test.each([
    [
      '3.2.1 an array',
      { subject: alice, action: read, evaluations: [{ resource: record1 }, { resource: record2 }] },
      [true, true],
    ],
    [
      '3.2.2 an order',
      { subject: bob, resource: record1, evaluations: [{ action: read }, { action: write }] },
      [true, false],
    ],
    [
      '3.2.3 properties',
      { subject: alice, action: write, evaluations: [{ resource: active }, { resource: archived }] },
      [true, false],
    ],
    [
      '3.2.4 properties of subjects',
      { action: write, resource: archived, evaluations: [{ subject: alice }, { subject: admin }] },
      [false, true],
    ],
    [
      '3.2.5 nothing in common',
      { evaluations: [permitted, { subject: bob, action: write, resource: record1 }] },
      [true, false],
    ],
    [
      '3.2.6 a context in common',
      {
        subject: alice,
        action: read,
        context: { time: '2025-06-27T18:03-07:00' },
        evaluations: [{ resource: record1 }, { resource: record2, context: { source: 'batch-override' } }],
      },
      [true, true],
    ],
    [
      '3.2.7 a type in common',
      {
        subject: alice,
        action: write,
        resource: { type: 'record' },
        evaluations: [
          { resource: { id: 'record-1', properties: { status: 'active' } } },
          { resource: archived },
        ],
      },
      [true, false],
    ],
    [
      '3.4.1 one that is not valid',
      { subject: alice, action: read, evaluations: [{ resource: record1 }, {}] },
      [true, false],
    ],
  ])('%s is answered as the scenario says.', async (_, body, decisions) => {
    const { status, json } = await point.evaluateAll(body);
    expect(status).toBe(200);
    expect(json.evaluations.map(({ decision }: { decision: boolean }) => decision)).toEqual(decisions);
    expect(json).not.toHaveProperty('decision');
  });

  test.each([
    ['3.4.2 no evaluations', permitted],
    ['3.4.3 an empty list', { ...permitted, evaluations: [] }],
  ])('%s is a single evaluation.', async (_, body) => {
    const { status, json } = await point.evaluateAll(body);
    expect([status, json.decision, json.evaluations]).toEqual([200, true, undefined]);
  });

  test.each([
    ['execute_all', [true, false, true]],
    ['deny_on_first_deny', [true, false]],
    ['permit_on_first_permit', [true]],
  ])('The semantic %s ends where the specification says.', async (evaluations_semantic, decisions) => {
    const { json } = await point.evaluateAll({
      subject: bob,
      resource: record1,
      options: { evaluations_semantic, another_option: 'value' },
      evaluations: [{ action: read }, { action: write }, { action: read }],
    });
    expect(json.evaluations.map(({ decision }: { decision: boolean }) => decision)).toEqual(decisions);
  });

  const pair = { subject: bob, resource: record1, evaluations: [{ action: read }, { action: write }] };

  test.each([
    ['2.4.4 no JSON', '{"evaluations":'],
    ['2.4.5 an empty body', ''],
    ['2.4.6 a subject that is a text', { ...pair, subject: 'bob' }],
    ['2.4.6 evaluations that are no list', { ...pair, evaluations: { action: read } }],
    ['2.4.1 neither evaluations nor a subject', { action: read, resource: record1 }],
  ])('%s is answered with 400 as a single evaluation is.', async (_, body) => {
    expect((await point.evaluateAll(body)).status).toBe(400);
  });

  test('2.4.3 A batch of another type than JSON is answered with 400.', async () => {
    expect((await point.evaluateAll(pair, { 'content-type': 'text/plain' })).status).toBe(400);
  });

  test('2.5, 2.6, 5 A batch is answered in JSON with the X-Request-ID that it has, and in the same way each time.', async () => {
    for (const id of ['batch-1', 'batch-2', 'batch-3']) {
      const { status, headers, json } = await point.evaluateAll(pair, { 'x-request-id': id });
      expect([status, headers['x-request-id']]).toEqual([200, id]);
      expect(headers['content-type']).toMatch(/^application\/json/);
      expect(json.evaluations.map(({ decision }: { decision: boolean }) => decision)).toEqual([true, false]);
    }
  });

  test('A semantic that nobody knows is answered with 400.', async () => {
    const options = { evaluations_semantic: 'permit_everything' };
    expect((await point.evaluateAll({ evaluations: [permitted], options })).status).toBe(400);
  });
});

describe('Discovery', () => {
  test('6 The configuration names the base address and both endpoints.', async () => {
    const public_url = 'https://pdp.example.com/';
    const hall = await EnforcementPoint.open({ public_url });
    const { status, type, json } = await hall.hall.get('nobody', '/.well-known/authzen-configuration');
    await hall.close();
    expect([status, type]).toEqual([200, expect.stringMatching(/^application\/json\b/)]);
    expect(json).toEqual({
      policy_decision_point: 'https://pdp.example.com',
      access_evaluation_endpoint: 'https://pdp.example.com/access/v1/evaluation',
      access_evaluations_endpoint: 'https://pdp.example.com/access/v1/evaluations',
    });
  });

  test.each(['subject', 'resource', 'action'])(
    'A search for a %s is not announced, and is answered with 404, a code and where the endpoints are.',
    async (kind) => {
      const { json: configuration } = await point.hall.get('nobody', '/.well-known/authzen-configuration');
      expect(Object.keys(configuration)).toEqual([
        'policy_decision_point',
        'access_evaluation_endpoint',
        'access_evaluations_endpoint',
      ]);
      const question = { subject: { type: 'user' }, action: read, resource: record1 };
      const { status, json, headers } = await point.send(`/access/v1/search/${kind}`, question);
      expect([status, json.code]).toEqual([404, 'NOT_FOUND']);
      expect(json.detail).toContain('GET /.well-known/authzen-configuration');
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    },
  );

  test('A Hall that does not know its address believes no name but those of its own machine.', async () => {
    const { app } = point.hall.hall;
    const ask = (host: string) =>
      app.inject({ url: '/.well-known/authzen-configuration', headers: { host } });
    expect((await ask('127.0.0.1:7420')).json().policy_decision_point).toBe('http://127.0.0.1:7420');
    const foreign = await ask('pdp.attacker.example');
    expect([foreign.statusCode, foreign.json().code]).toEqual([404, 'NOT_FOUND']);
  });
});
