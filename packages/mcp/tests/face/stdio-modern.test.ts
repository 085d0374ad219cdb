import { describe, expect, test } from 'vitest';
import { FakeGateway, RICH_RESULT, TOOLS } from '../support/fake-gateway.ts';
import { CAN_OPEN, metaOf, PipeClient } from '../support/pipe.ts';

const SERVER = { 'io.modelcontextprotocol/serverInfo': { name: 'wcp-test', version: '1.2.3' } };

describe('A client of 2026-07-28 over a pipe', () => {
  test('Needs no handshake: each request says everything', async () => {
    const client = new PipeClient();
    const { result } = await client.ask('tools/list', { _meta: metaOf() });
    expect(result).toEqual({
      tools: TOOLS,
      resultType: 'complete',
      ttlMs: 5_000,
      cacheScope: 'private',
      _meta: SERVER,
    });
  });

  test('Learns by server/discover what is offered', async () => {
    const client = new PipeClient();
    const { result } = await client.ask('server/discover', { _meta: metaOf() });
    expect(result).toMatchObject({
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: { listChanged: true }, resources: { subscribe: true }, logging: {} },
      resultType: 'complete',
      cacheScope: 'private',
      _meta: SERVER,
    });
  });

  test('Gets a result as it is, under the identity of the gateway', async () => {
    const client = new PipeClient();
    const { result } = await client.ask('tools/call', { name: 'rich', _meta: metaOf() });
    expect(result).toEqual({ ...RICH_RESULT, resultType: 'complete', _meta: { own: 1, ...SERVER } });
    expect(client.lines.at(-1)).not.toMatch(/[\u0085\u2028\u2029]/);
  });

  test('Brings its own metadata to the tool, and none of the protocol', async () => {
    const client = new PipeClient();
    const _meta = metaOf({}, { traceparent: '00-1', progressToken: 'p' });
    const { result } = await client.ask('tools/call', { name: 'echo', arguments: { a: 1 }, _meta });
    expect(JSON.parse(result.content[0].text)).toEqual({ given: { a: 1 }, _meta: { traceparent: '00-1' } });
  });

  test.each([
    ['no version that is text', { 'io.modelcontextprotocol/protocolVersion': 1 }, -32602],
    ['another version', { 'io.modelcontextprotocol/protocolVersion': '2099-01-01' }, -32022],
    ['no capabilities', { 'io.modelcontextprotocol/clientCapabilities': null }, -32602],
    ['capabilities as a list', { 'io.modelcontextprotocol/clientCapabilities': [] }, -32602],
    ['no client that is an object', { 'io.modelcontextprotocol/clientInfo': 'x' }, -32602],
    ['no level of log messages', { 'io.modelcontextprotocol/logLevel': 'loud' }, -32602],
  ])('Is refused with %s', async (_, more, code) => {
    const client = new PipeClient();
    const { error } = await client.ask('tools/list', { _meta: metaOf({}, more) });
    expect(error.code).toBe(code);
    if (code === -32022) expect(error.data).toEqual({ supported: ['2026-07-28'], requested: '2099-01-01' });
  });

  test.each(['ping', 'logging/setLevel', 'resources/subscribe', 'prompts/list', 'constructor', 'nothing'])(
    'Finds no method %s',
    async (method) => {
      const client = new PipeClient();
      expect((await client.ask(method, { _meta: metaOf() })).error.code).toBe(-32601);
    },
  );

  test('Gets no code of an error that the protocol keeps for something else', async () => {
    const client = new PipeClient();
    const { error } = await client.ask('resources/read', { uri: 'file:///a', _meta: metaOf() });
    expect(error).toEqual({ code: -32602, message: 'not found' });
  });

  test('Gets a denial as an error where there is no tool whose result it could be', async () => {
    const client = new PipeClient();
    const { error } = await client.ask('resources/read', { uri: 'deny:it', _meta: metaOf() });
    expect(error).toMatchObject({ code: -31403, data: { code: 'DENY_NO_MATCHING_RULE', remedy: 'Ask.' } });
  });

  test('Is asked to call again for a resource, and never for a list', async () => {
    const client = new PipeClient();
    const held = await client.ask('resources/read', { uri: 'hold:it', _meta: metaOf(CAN_OPEN) });
    expect(held.result.resultType).toBe('input_required');
    const listed = await client.ask('resources/list', { uri: 'hold:it', _meta: metaOf(CAN_OPEN) });
    expect(listed.error).toMatchObject({
      code: -31403,
      data: { code: 'HELD_FOR_APPROVAL', approval_id: 'approval-2' },
    });
  });

  test.each([
    ['roots/list', {}, { roots: {} }, true],
    ['roots/list', {}, { sampling: {} }, false],
    ['sampling/createMessage', {}, { sampling: {} }, true],
    ['elicitation/create', {}, { elicitation: {} }, true],
    ['elicitation/create', { mode: 'form' }, { elicitation: { url: {} } }, false],
    ['elicitation/create', { mode: 'url' }, { elicitation: {} }, false],
    ['elicitation/create', { mode: 'url' }, { elicitation: { url: {} } }, true],
    ['tools/call', {}, { tools: {} }, false],
  ])(
    'Is asked by a server for %s %j only if it declared that: %j',
    async (method, params, capabilities, isAsked) => {
      const client = new PipeClient();
      const call = { name: 'needing', arguments: { method, params }, _meta: metaOf(capabilities) };
      const { result, error } = await client.ask('tools/call', call);
      if (!isAsked) return expect(error.code).toBe(-32021);
      expect(result).toMatchObject({ inputRequests: { a: { method, params } }, requestState: 'theirs' });
      const again = { ...call, requestState: 'theirs', inputResponses: { a: { x: 1 } } };
      const answered = await client.ask('tools/call', again);
      expect(JSON.parse(answered.result.content[0].text)).toEqual({
        input_responses: { a: { x: 1 } },
        request_state: 'theirs',
      });
    },
  );

  test('Subscribes to no resource that is denied', async () => {
    const gateway = new FakeGateway();
    const client = new PipeClient({ gateway });
    const notifications = { resourceSubscriptions: ['deny:it', 'a:b'] };
    client.send('subscriptions/listen', { notifications, _meta: metaOf() });
    const { params } = await client.message(
      ({ method }) => method === 'notifications/subscriptions/acknowledged',
    );
    expect(params.notifications).toEqual({ resourceSubscriptions: ['a:b'] });
    await client.face.close();
    expect(gateway.requests.at(-1)).toEqual({ method: 'resources/unsubscribe', params: { uri: 'a:b' } });
  });

  test('Never shares a list with another credential, whatever the server says', async () => {
    const client = new PipeClient();
    const { result } = await client.ask('resources/list', { _meta: metaOf() });
    expect(result).toEqual({
      resources: [],
      x: 1,
      ttlMs: 7,
      cacheScope: 'private',
      resultType: 'complete',
      _meta: SERVER,
    });
  });

  test('Cancels a call with a notification: it reaches the gateway, and nothing answers', async () => {
    const gateway = new FakeGateway();
    const client = new PipeClient({ gateway });
    const _meta = metaOf({}, { progressToken: 'mine', 'io.modelcontextprotocol/logLevel': 'warning' });
    const id = client.send('tools/call', { name: 'slow', _meta });
    const progress = await client.message(({ method }) => method === 'notifications/progress');
    expect(progress.params).toEqual({
      progressToken: 'mine',
      progress: 1,
      total: 2,
      message: 'half',
      'x-kept': true,
    });
    const log = await client.message(({ method }) => method === 'notifications/message');
    expect(log.params).toEqual({ level: 'error', data: 'trouble' });
    client.notify('notifications/cancelled', { requestId: id, _meta: metaOf() });
    await client.ask('tools/list', { _meta: metaOf() });
    expect(gateway.cancelled).toBe(1);
    expect(client.received.filter((message) => message.id === id)).toEqual([]);
  });

  test('Gets no progress and no log messages that it did not ask for', async () => {
    const client = new PipeClient();
    client.send('tools/call', { name: 'slow', _meta: metaOf() });
    await client.ask('tools/list', { _meta: metaOf() });
    expect(client.received).toHaveLength(1);
  });

  test('Subscribes to what is offered, and hears nothing after it cancelled', async () => {
    const gateway = new FakeGateway();
    const client = new PipeClient({ gateway });
    const notifications = {
      toolsListChanged: true,
      promptsListChanged: true,
      resourceSubscriptions: ['a:b'],
    };
    const id = client.send('subscriptions/listen', { notifications, _meta: metaOf() });
    const subscription = { 'io.modelcontextprotocol/subscriptionId': id };
    const acknowledged = await client.message(
      ({ method }) => method === 'notifications/subscriptions/acknowledged',
    );
    expect(acknowledged.params).toEqual({
      notifications: { toolsListChanged: true, resourceSubscriptions: ['a:b'] },
      _meta: subscription,
    });
    for (const kind of ['tools', 'prompts', 'resources'] as const) gateway.changeList(kind);
    gateway.changeResource('a:b');
    gateway.changeResource('a:c');
    await client.ask('tools/list', { _meta: metaOf() });
    const heard = client.received.filter(({ method }) => method !== undefined).slice(1);
    expect(heard.map(({ method, params }) => [method, params])).toEqual([
      ['notifications/tools/list_changed', { _meta: subscription }],
      ['notifications/resources/updated', { uri: 'a:b', _meta: subscription }],
    ]);
    client.notify('notifications/cancelled', { requestId: id });
    await client.ask('tools/list', { _meta: metaOf() });
    gateway.changeList('tools');
    await client.ask('tools/list', { _meta: metaOf() });
    expect(
      client.received.filter(({ method }) => method === 'notifications/tools/list_changed'),
    ).toHaveLength(1);
    expect(gateway.listeners).toBe(0);
  });

  test('Is told with a last message that the gateway ends its subscription', async () => {
    const client = new PipeClient();
    const id = client.send('subscriptions/listen', {
      notifications: { toolsListChanged: true },
      _meta: metaOf(),
    });
    await client.message(({ method }) => method === 'notifications/subscriptions/acknowledged');
    await client.face.close();
    const { result } = await client.message((message) => message.id === id);
    expect(result.resultType).toBe('complete');
    expect(result._meta['io.modelcontextprotocol/subscriptionId']).toBe(id);
  });
});
