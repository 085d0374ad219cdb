import { expect, onTestFinished, test } from 'vitest';
import {
  openToolCallAuthorizer,
  readToolMapping,
  type ToolCallDecision,
  type ToolCallOptions,
} from '../../src/authzen/index.ts';
import { type JsonServer, jsonServer } from '../support/json-server.ts';

// The examples of COAZ-MCP (OpenID AuthZEN, draft 1), as the draft shows them.

const TOKEN = {
  sub: 'alice@example.com',
  client_id: 'http://agentprovider.com/agent-app-id',
  iss: 'https://auth.example.com',
  aud: 'https://mcp.example.com',
  exp: 1_750_000_000,
};
const GET_CUSTOMER = {
  evaluation: {
    subject: { type: 'identity', id: '$token.sub' },
    action: { name: 'get_customer' },
    resource: { type: 'customer', id: '$params.arguments.id' },
    context: { agent: '$token.?client_id', case: '$params.arguments.case' },
  },
};
const COPY_OBJECT = {
  evaluations: {
    subject: { type: 'identity', id: '$token.sub' },
    context: { agent: '$token.?client_id' },
    evaluations: [
      {
        action: { name: 'read' },
        resource: { type: 'storage_object', id: '$params.arguments.source' },
      },
      {
        action: { name: 'write' },
        resource: { type: 'storage_object', id: '$params.arguments.destination' },
      },
    ],
  },
};
const TRANSFER_FUNDS = {
  evaluation: {
    subject: {
      type: "$token.roles.exists(r, r == 'treasury') ? 'treasury_user' : 'standard_user'",
      id: '$token.sub',
    },
    action: {
      name: "$params.arguments.currency == 'USD' ? 'domestic_transfer' : 'international_transfer'",
    },
    resource: {
      type: 'account',
      id: '$params.arguments.from_account',
      properties: { sensitivity: "$params.arguments.amount > 10000 ? 'high' : 'standard'" },
    },
    context: { agent: '$token.?client_id', target_account: '$params.arguments.to_account' },
  },
};

interface Asking {
  readonly mapping?: unknown;
  readonly name?: string;
  readonly args?: unknown;
  readonly token?: Readonly<Record<string, unknown>>;
  readonly answer?: JsonServer['answer'];
}

interface Asked {
  readonly decision: ToolCallDecision;
  /** What the decision point was asked for this call. */
  readonly received: JsonServer['received'];
}

const permit: JsonServer['answer'] = ({ body }) => {
  const { evaluations } = body as { readonly evaluations?: readonly unknown[] };
  return evaluations === undefined
    ? { decision: true }
    : { evaluations: evaluations.map(() => ({ decision: true })) };
};

/** A decision point that permits everything unless it is told otherwise, and what asks it about calls. */
async function opened(options: Partial<ToolCallOptions> = {}): Promise<(asking: Asking) => Promise<Asked>> {
  const server = await jsonServer(permit);
  const authorizer = await openToolCallAuthorizer({ url: server.url, timeout_ms: 20_000, ...options });
  onTestFinished(() => authorizer.close());
  return async ({ mapping, name = 'a_tool', args = {}, token = TOKEN, answer = permit }) => {
    server.answer = answer;
    const before = server.received.length;
    const inputSchema = { type: 'object', ...(mapping !== undefined && { 'x-authzen-mapping': mapping }) };
    const params = { name, arguments: args };
    const decision = await authorizer.authorize({ tool: { name, inputSchema }, params, token });
    return { decision, received: server.received.slice(before) };
  };
}

async function ask({
  options,
  ...asking
}: Asking & { readonly options?: Partial<ToolCallOptions> }): Promise<Asked> {
  return (await opened(options))(asking);
}

test('A declared mapping with one check is the evaluation of the draft.', async () => {
  const args = { id: 'cust-12345', case: 'case-67890' };
  const { decision, received } = await ask({ mapping: GET_CUSTOMER, name: 'get_customer', args });
  expect(decision).toMatchObject({ decision: 'ALLOW', error: null });
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({ method: 'POST', url: '/access/v1/evaluation' });
  expect(received[0]?.body).toEqual({
    subject: { type: 'identity', id: 'alice@example.com' },
    action: { name: 'get_customer' },
    resource: { type: 'customer', id: 'cust-12345' },
    context: { agent: 'http://agentprovider.com/agent-app-id', case: 'case-67890' },
  });
});

test('A tool that declares nothing is authorized by the default mapping of tools/call; what is absent is left out.', async () => {
  const asking = await opened();
  const { client_id: _, ...human } = TOKEN;
  for (const [token, context] of [
    [TOKEN, { agent: TOKEN.client_id }],
    [human, {}],
  ] as const) {
    const { received } = await asking({ name: 'get_local_weather', args: { zip: '94107' }, token });
    expect(received[0]?.body).toEqual({
      subject: { type: 'identity', id: 'alice@example.com' },
      action: { name: 'tools/call' },
      resource: { type: 'tool', id: 'get_local_weather' },
      context,
    });
  }
});

test('A declared mapping with several checks is the batch of the draft, and each of them must be permitted.', async () => {
  const args = { source: '/bucket/reports/q1.pdf', destination: '/bucket/archive/q1.pdf' };
  const { decision, received } = await ask({ mapping: COPY_OBJECT, args });
  expect(decision.decision).toBe('ALLOW');
  const context = { agent: 'http://agentprovider.com/agent-app-id' };
  const subject = { type: 'identity', id: 'alice@example.com' };
  const [read, write] = [
    { action: { name: 'read' }, resource: { type: 'storage_object', id: args.source } },
    { action: { name: 'write' }, resource: { type: 'storage_object', id: args.destination } },
  ];
  expect(received.map(({ url, body }) => [url, body])).toEqual([
    ['/access/v1/evaluations', { subject, context, evaluations: [read, write] }],
  ]);

  const single = await ask({ mapping: COPY_OBJECT, args, options: { has_evaluations: false } });
  expect(single.decision.decision).toBe('ALLOW');
  const bodies = single.received.map(({ url, body }) => ({ url, body }));
  expect(bodies).toHaveLength(2);
  for (const each of [read, write]) {
    expect(bodies).toContainEqual({ url: '/access/v1/evaluation', body: { subject, context, ...each } });
  }

  const answers = [{ decision: true }, { decision: false, context: { reason: 'no write' } }];
  const denied = await ask({ mapping: COPY_OBJECT, args, answer: () => ({ evaluations: answers }) });
  expect(denied.decision).toMatchObject({
    decision: 'DENY',
    error: { code: -32001, message: 'Access denied: no write' },
  });
});

test.each([
  [['treasury'], 'USD', 20_000, 'treasury_user', 'domestic_transfer', 'high'],
  [['clerk'], 'EUR', 10_000, 'standard_user', 'international_transfer', 'standard'],
])(
  'Expressions decide by claims and arguments: %j, %s, %d.',
  async (roles, currency, amount, type, name, sensitivity) => {
    const args = { from_account: 'a-1', to_account: 'a-2', amount, currency };
    const { received } = await ask({ mapping: TRANSFER_FUNDS, args, token: { ...TOKEN, roles } });
    expect(received[0]?.body).toMatchObject({
      subject: { type, id: 'alice@example.com' },
      action: { name },
      resource: { type: 'account', id: 'a-1', properties: { sensitivity } },
      context: { target_account: 'a-2' },
    });
  },
);

test('Constants stand as they are, $$ is a text with one $, and a list or map of an expression is one value.', async () => {
  const properties = {
    price: '$$50',
    dollar: '$$',
    ten: 10,
    yes: true,
    none: null,
    list: ['a', '$params.arguments.tags[0]'],
    tags: '$params.arguments.tags',
    count: '$size(params.arguments.tags)',
    all: '$params.arguments',
    odd: '$params.arguments["x-y"]',
  };
  const mapping = {
    evaluation: {
      action: { name: 'x' },
      resource: { type: 'r', id: '1', properties },
      context: '$params.arguments',
    },
  };
  const args = { tags: ['p', 'q'], 'x-y': { deep: [1.5] } };
  const { received } = await ask({ mapping, args });
  expect(received[0]?.body).toEqual({
    subject: { type: 'identity', id: 'alice@example.com' },
    action: { name: 'x' },
    resource: {
      type: 'r',
      id: '1',
      properties: {
        price: '$50',
        dollar: '$',
        ten: 10,
        yes: true,
        none: null,
        list: ['a', 'p'],
        tags: ['p', 'q'],
        count: 2,
        all: args,
        odd: { deep: [1.5] },
      },
    },
    context: args,
  });
});

const resource = { type: 'customer', id: '$params.arguments.id' };
const action = { name: 'read' };

test.each([
  ['names a missing argument', { ...resource, id: '$params.arguments.region' }, /region/],
  ['names another variable', { ...resource, id: '$env.HOME' }, /resource\/id: .*env/],
  ['is no expression', { ...resource, id: '$params.' }, /resource\/id: .*CEL/],
  ['gives what is absent for what is required', { ...resource, id: '$params.arguments.?id' }, /absent/],
  ['gives null for what is required', { ...resource, id: '$params.arguments.nothing' }, /not a text/],
  ['gives a number for an id', { ...resource, id: '$params.arguments.number' }, /not a text/],
  [
    'gives what JSON does not have',
    { ...resource, id: '1', properties: { at: "$timestamp('2026-01-01T00:00:00Z')" } },
    /JSON/,
  ],
  ['gives a text for properties', { ...resource, id: '1', properties: '$params.name' }, /not an object/],
  [
    'leaves a gap in a list',
    { ...resource, id: '1', properties: { l: ['$params.arguments.?id'] } },
    /absent/,
  ],
  ['has a member beside properties', { ...resource, owner: 'me' }, /owner/],
])('A call is refused and nobody asked where the mapping %s.', async (_, wrong, fault) => {
  const args = { nothing: null, number: 7 };
  const { decision, received } = await ask({ mapping: { evaluation: { action, resource: wrong } }, args });
  expect(decision).toMatchObject({
    decision: 'DENY',
    request: null,
    error: { code: -32602, message: expect.stringMatching(/^COAZ mapping error: /) },
  });
  expect(decision.error?.message).toMatch(fault);
  expect(received).toEqual([]);
});

test('Everything that is wrong with a mapping is found at once, with its path.', () => {
  const pathsOf = (mapping: unknown) => {
    const reading = readToolMapping({ 'x-authzen-mapping': mapping });
    return reading.ok ? [] : reading.findings.map(({ path, code }) => `${path} ${code}`);
  };
  expect(pathsOf(GET_CUSTOMER)).toEqual([]);
  expect(
    pathsOf({
      evaluation: { action: { name: '$(' }, resource: { ...resource, id: '$x' }, context: { a: ['$'] } },
    }),
  ).toEqual([
    '/evaluation/action/name INVALID_VALUE',
    '/evaluation/context/a/0 INVALID_VALUE',
    '/evaluation/resource/id INVALID_VALUE',
  ]);
  expect(pathsOf({ evaluations: { action, evaluations: [{ resource }, { action }] } })).toEqual([
    '/evaluations/evaluations/1/resource MISSING_MEMBER',
  ]);
  for (const mapping of [
    {},
    { evaluation: { action, resource }, evaluations: { evaluations: [] } },
    { search: {} },
    { evaluation: null },
    null,
    'x',
    [],
    { evaluations: { action, resource, evaluations: [] } },
    { evaluations: { evaluations: [{ action, resource, subject: { id: '$token.sub' } }] } },
  ]) {
    expect(pathsOf(mapping), JSON.stringify(mapping)).not.toEqual([]);
  }
});

test('A tool cannot say who the subject is, unless the operator lets it; the claim can be another one.', async () => {
  const mappingOf = (id: string) => ({ evaluation: { subject: { id }, action, resource } });
  const args = { id: '1', user: 'bob@example.com' };
  const asking = await opened();
  for (const id of ['bob@example.com', '$params.arguments.user', '$token.iss']) {
    const { decision, received } = await asking({ mapping: mappingOf(id), args });
    expect([decision.error?.code, received.length], id).toEqual([-32602, 0]);
  }
  // However it is written: the value counts.
  for (const id of ['$token.sub', '$token["sub"]', 'alice@example.com']) {
    expect((await asking({ mapping: mappingOf(id), args })).decision.decision, id).toBe('ALLOW');
  }
  const asserted = await ask({
    mapping: mappingOf('$params.arguments.user'),
    args,
    options: { allows_asserted_subject: true },
  });
  expect(asserted.decision.request?.isSubjectAsserted).toBe(true);
  const token = { ...TOKEN, sub: 'agent-7', obo: 'carol@example.com' };
  const other = await ask({
    mapping: mappingOf('$token.sub'),
    args,
    token,
    options: { subject_claim: 'obo' },
  });
  expect(other.received[0]?.body).toMatchObject({ subject: { id: 'carol@example.com' } });
  for (const { sub, ...rest } of [TOKEN, { ...TOKEN, sub: '' }]) {
    const nobody = await asking({ args, token: sub === '' ? { ...rest, sub } : rest });
    expect(nobody.decision.error?.code).toBe(-32602);
  }
});

test('A decision point that fails, contradicts itself or answers less than it was asked denies with -32603.', async () => {
  const args = { source: 'a', destination: 'b' };
  const wrong: readonly JsonServer['answer'][] = [
    () => ({}),
    () => ({ evaluations: [] }),
    () => ({ evaluations: [{ decision: true }] }),
    () => ({ evaluations: [{ decision: true }, { decision: 'true' }] }),
    () => ({ decision: true }),
    (_, response) => void response.writeHead(500).end(),
  ];
  const asking = await opened();
  for (const answer of wrong) {
    const { decision } = await asking({ mapping: COPY_OBJECT, args, answer });
    expect(decision).toMatchObject({ decision: 'DENY', error: { code: -32603 } });
  }
  const silent = await ask({ answer: () => undefined, options: { timeout_ms: 4_000 } });
  expect(silent.decision.error?.code).toBe(-32603);
});

test('A hold of the decision point is no permission.', async () => {
  const answer = () => ({ decision: false, context: { outcome: 'STEWARD_HOLD', reason: 'ask' } });
  expect((await ask({ answer })).decision).toMatchObject({
    decision: 'REQUIRE_HUMAN',
    error: { code: -32001 },
  });
});

test('An expression without an end, or with a result that is too large, refuses the call, and the next one is answered.', async () => {
  const { url } = await jsonServer(() => ({ decision: true }));
  const authorizer = await openToolCallAuthorizer({ url, timeout_ms: 2_000 });
  onTestFinished(() => authorizer.close());
  const call = (id: string, args: object) =>
    authorizer.authorize({
      tool: {
        name: 't',
        inputSchema: {
          'x-authzen-mapping': {
            evaluation: { action, resource: { type: 'r', id: 'x', properties: { id } } },
          },
        },
      },
      params: { name: 't', arguments: args },
      token: TOKEN,
    });
  const list = Array.from({ length: 2_000 }, (_, index) => index);
  const endless =
    '$params.arguments.l.map(a, params.arguments.l.map(b, params.arguments.l.map(c, a + b + c)))';
  expect((await call(endless, { l: list })).error?.code).toBe(-32602);
  const large = await call('$params.arguments.l.map(a, params.arguments.l)', { l: list });
  expect(large.error).toMatchObject({ code: -32602 });
  await expect.poll(async () => (await call('$params.name', {})).decision, { timeout: 30_000 }).toBe('ALLOW');
});

test('A call of another tool than the mapping is of, or that is no JSON, is refused; a wrong address is a finding.', async () => {
  const authorizer = await openToolCallAuthorizer({ url: 'http://127.0.0.1:9' });
  onTestFinished(() => authorizer.close());
  const tool = { name: 'a' };
  expect((await authorizer.authorize({ tool, params: { name: 'b' }, token: TOKEN })).error?.code).toBe(
    -32602,
  );
  const params = { name: 'a', arguments: { n: 1n } };
  expect((await authorizer.authorize({ tool, params, token: TOKEN })).error?.code).toBe(-32602);
  await expect(openToolCallAuthorizer({ url: 'pdp' })).rejects.toMatchObject({ code: 'ERR_WCP_POLICY' });
  const open = await openToolCallAuthorizer({ url: 'http://pdp.example' });
  onTestFinished(() => open.close());
  expect(open.unchecked).toHaveLength(1);
});
