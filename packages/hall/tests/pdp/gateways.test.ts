import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CAPABILITIES } from '../support/workers.ts';
import { type AskedOfGate, DEFAULTS, EnforcementPoint } from './enforcement-point.ts';

// What gateways send: the interoperability scenarios of the AuthZEN working group (the Todo application, and API
// gateways before it), and calls of MCP tools as COAZ-MCP maps them.

/** The people of the scenarios: the subject of their tokens, their address and their roles. */
const PEOPLE = [
  ['CiRmZDA2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs', 'rick@the-citadel.com', 'admin'],
  ['CiRmZDE2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs', 'morty@the-citadel.com', 'editor'],
  ['CiRmZDI2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs', 'summer@the-smiths.com', 'editor'],
  ['CiRmZDM2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs', 'beth@the-smiths.com', 'viewer'],
  ['CiRmZDQ2MTRkMy1jMzlhLTQ3ODEtYjdiZC04Yjk2ZjVhNTEwMGQSBWxvY2Fs', 'jerry@the-smiths.com', 'viewer'],
] as const;

const personOf = (id: string) => PEOPLE.find(([subject]) => subject === id);

/** The policy of the Todo application. */
function todoPolicy({ subject, action, resource }: AskedOfGate): boolean {
  const [, email, role] = personOf(subject.id) ?? [];
  const owns = resource.properties?.['ownerID'] === email;
  if (action.name === 'can_read_user' || action.name === 'can_read_todos') return role !== undefined;
  if (action.name === 'can_create_todo') return role === 'admin' || role === 'editor';
  return role === 'admin' || (role === 'editor' && owns);
}

/** What the scenario expects of a person with a role: read, create, change and delete one's own, somebody else's. */
const EXPECTED = {
  admin: [true, true, true, true, true, true, true],
  editor: [true, true, true, true, false, true, false],
  viewer: [true, true, false, false, false, false, false],
} as const;

describe('the Todo application', () => {
  let point: EnforcementPoint;
  beforeAll(async () => {
    point = await EnforcementPoint.withPolicy(['user', 'todo'], todoPolicy);
  });
  afterAll(() => point.close());

  const todoOf = (ownerID: string) => ({
    type: 'todo',
    id: '7240d0db-8ff0-41ec-98b2-34a096273b92',
    properties: { ownerID },
  });

  test.each(PEOPLE)(
    'The subject %s (%s, %s) gets the decisions of the scenario, one by one and at once.',
    async (id, email, role) => {
      const subject = { type: 'user', id };
      const other = email === 'rick@the-citadel.com' ? 'morty@the-citadel.com' : 'rick@the-citadel.com';
      const evaluations = [
        { action: { name: 'can_read_user' }, resource: { type: 'user', id: 'beth@the-smiths.com' } },
        { action: { name: 'can_read_todos' }, resource: { type: 'todo', id: 'todo-1' } },
        { action: { name: 'can_create_todo' }, resource: { type: 'todo', id: 'todo-1' } },
        { action: { name: 'can_update_todo' }, resource: todoOf(email) },
        { action: { name: 'can_update_todo' }, resource: todoOf(other) },
        { action: { name: 'can_delete_todo' }, resource: todoOf(email) },
        { action: { name: 'can_delete_todo' }, resource: todoOf(other) },
      ];
      const single = [];
      for (const one of evaluations) single.push((await point.evaluate({ subject, ...one })).json.decision);
      expect(single).toEqual(EXPECTED[role]);
      const { json } = await point.evaluateAll({ subject, evaluations });
      expect(json.evaluations.map(({ decision }: { decision: boolean }) => decision)).toEqual(EXPECTED[role]);
    },
  );
});

describe('an API gateway', () => {
  let point: EnforcementPoint;
  const maySend = { admin: /./, editor: /./, viewer: /^GET$/ } as const;
  beforeAll(async () => {
    point = await EnforcementPoint.withPolicy(['route'], ({ subject, action }) => {
      const [, , role] = personOf(subject.id) ?? [];
      return role !== undefined && maySend[role].test(action.name);
    });
  });
  afterAll(() => point.close());

  test.each(PEOPLE)(
    'Routes of the subject %s (%s, %s) are decided as in the scenario.',
    async (id, _, role) => {
      const changes = role !== 'viewer';
      const calls: [method: string, route: string, expected: boolean][] = [
        ['GET', '/users/{userId}', true],
        ['GET', '/todos', true],
        ['POST', '/todos', changes],
        ['PUT', '/todos/{todoId}', changes],
        ['DELETE', '/todos/{todoId}', changes],
      ];
      for (const [name, route, expected] of calls) {
        const resource = {
          type: 'route',
          id: route,
          properties: { uri: 'http://todo.example', ip: '192.0.2.1' },
        };
        const { json } = await point.evaluate({
          subject: { type: 'identity', id },
          action: { name },
          resource,
        });
        expect([name, route, json.decision]).toEqual([name, route, expected]);
      }
    },
  );
});

describe('a gateway of MCP', () => {
  let point: EnforcementPoint;
  beforeAll(async () => {
    const capabilities = [
      { type: 'tool', id: 'get_customer', capability_id: CAPABILITIES.plain },
      { type: 'tool', id: 'delete_customer', capability_id: CAPABILITIES.held },
      { type: 'mcp_server', action: 'tools/list', capability_id: CAPABILITIES.plain },
    ];
    point = await EnforcementPoint.open({ authzen: { defaults: DEFAULTS, capabilities } });
  });
  afterAll(() => point.close());

  const call = (name: string, resource: object) => ({
    subject: { type: 'identity', id: 'alice@example.com' },
    action: { name },
    resource,
    context: { agent: 'http://agentprovider.com/agent-app-id' },
  });

  test.each([
    ['tools/call', { type: 'tool', id: 'get_customer' }, true],
    ['tools/list', { type: 'mcp_server', id: 'https://mcp.example.com' }, true],
    ['tools/call', { type: 'tool', id: CAPABILITIES.plain }, true],
    ['tools/call', { type: 'tool', id: 'delete_customer' }, false],
    ['tools/call', { type: 'tool', id: 'drop_tables' }, false],
    ['resources/read', { type: 'resource', id: 'file:///etc/passwd' }, false],
    ['prompts/get', { type: 'prompt', id: 'incident_report' }, false],
    ['tools/delete', { type: 'tool', id: CAPABILITIES.plain }, false],
    ['initialize', { type: 'mcp_server', id: 'https://mcp.example.com' }, false],
  ])('%s of %j is answered with %j.', async (name, resource, decision) => {
    const { status, json } = await point.evaluate(call(name, resource));
    expect([status, json.decision]).toEqual([200, decision]);
  });

  test('What nothing maps to a capability is denied and recorded, and the reason says what to write where.', async () => {
    const { json } = await point.evaluate(call('tools/call', { type: 'tool', id: 'drop_tables' }));
    expect(json.context).toMatchObject({ outcome: 'DENY', deny_code: 'DENY_INVALID_INPUT' });
    expect(json.context.reason_admin.en).toContain('authzen.capabilities in server.json');
    const shown = await point.hall.get('tenant', `/wcp/decisions/${json.context.id}`);
    expect(shown.json.input.privilege_context.resource.id).toBe('drop_tables');
  });
});
