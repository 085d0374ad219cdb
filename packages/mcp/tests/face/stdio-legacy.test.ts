import { describe, expect, test } from 'vitest';
import { FakeGateway, RICH_RESULT, TOOLS } from '../support/fake-gateway.ts';
import { metaOf, PipeClient } from '../support/pipe.ts';

describe('A client of the revisions with initialize over a pipe', () => {
  test.each([
    ['2025-11-25', '2025-11-25'],
    ['2025-06-18', '2025-06-18'],
    ['2025-03-26', '2025-03-26'],
    ['2024-11-05', '2025-11-25'],
    ['2026-07-28', '2025-11-25'],
    [7 as never, '2025-11-25'],
  ])('That asks for %s gets %s', async (asked, given) => {
    const client = new PipeClient();
    const { result } = await client.initialize({}, asked);
    expect(result).toMatchObject({
      protocolVersion: given,
      serverInfo: { name: 'wcp-test', version: '1.2.3' },
      capabilities: { tools: { listChanged: true } },
    });
  });

  test('Gets lists and results exactly as they are', async () => {
    const client = new PipeClient();
    await client.initialize();
    expect((await client.ask('tools/list')).result).toEqual({ tools: TOOLS });
    const { result } = await client.ask('tools/call', { name: 'rich' });
    const server = { name: 'wcp-test', version: '1.2.3' };
    expect(result).toEqual({
      ...RICH_RESULT,
      _meta: { own: 1, 'io.modelcontextprotocol/serverInfo': server },
    });
  });

  test('Is served nothing before initialize, and initializes once', async () => {
    const client = new PipeClient();
    expect((await client.ask('tools/list')).error.code).toBe(-32600);
    await client.initialize();
    expect((await client.ask('initialize', {})).error.code).toBe(-32600);
  });

  test('May be joined by requests of 2026-07-28 on the same pipe', async () => {
    const client = new PipeClient();
    await client.initialize();
    expect((await client.ask('tools/list', { _meta: metaOf() })).result.resultType).toBe('complete');
    expect((await client.ask('ping')).result).toEqual({});
  });

  test('Cancels a call, and gets progress under its own token', async () => {
    const gateway = new FakeGateway();
    const client = new PipeClient({ gateway });
    await client.initialize();
    const id = client.send('tools/call', { name: 'slow', _meta: { progressToken: 5 } });
    const { params } = await client.message(({ method }) => method === 'notifications/progress');
    expect(params).toEqual({ progressToken: 5, progress: 1, total: 2, message: 'half', 'x-kept': true });
    client.notify('notifications/cancelled', { requestId: id });
    await client.ask('ping');
    expect(gateway.cancelled).toBe(1);
    expect(client.received.filter((message) => message.id === id)).toEqual([]);
  });

  test('Sets the level of its log messages', async () => {
    const client = new PipeClient();
    await client.initialize();
    expect((await client.ask('logging/setLevel', { level: 'loud' })).error.code).toBe(-32602);
    expect((await client.ask('logging/setLevel', { level: 'error' })).result).toEqual({});
    client.send('tools/call', { name: 'slow' });
    await client.ask('ping');
    const logs = client.received.filter(({ method }) => method === 'notifications/message');
    expect(logs.map(({ params }) => params.level)).toEqual(['error']);
  });

  test('Hears that lists changed, and of the resources that it subscribed to', async () => {
    const gateway = new FakeGateway();
    const client = new PipeClient({ gateway });
    await client.initialize();
    await client.ask('resources/subscribe', { uri: 'a:b' });
    gateway.changeList('tools');
    gateway.changeResource('a:b');
    gateway.changeResource('a:c');
    await client.ask('resources/unsubscribe', { uri: 'a:b' });
    gateway.changeResource('a:b');
    await client.ask('ping');
    const heard = client.received.filter(({ method }) => method !== undefined);
    expect(heard.map(({ method }) => method)).toEqual([
      'notifications/tools/list_changed',
      'notifications/resources/updated',
    ]);
  });

  test('Subscribes once to a resource, and leaves nothing subscribed when it is gone', async () => {
    const gateway = new FakeGateway();
    const client = new PipeClient({ gateway });
    await client.initialize();
    for (const uri of ['a:b', 'a:b', 'a:c']) await client.ask('resources/subscribe', { uri });
    for (const uri of ['a:c', 'a:d']) await client.ask('resources/unsubscribe', { uri });
    await client.face.close();
    expect(gateway.requests.map(({ method, params }) => [method, Object(params).uri])).toEqual([
      ['resources/subscribe', 'a:b'],
      ['resources/subscribe', 'a:c'],
      ['resources/unsubscribe', 'a:c'],
      ['resources/unsubscribe', 'a:b'],
    ]);
  });

  test('Learns nothing of what failed inside the gateway', async () => {
    const client = new PipeClient();
    await client.initialize();
    const { error } = await client.ask('tools/call', { name: 'broken' });
    expect(error.code).toBe(-32603);
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  test('Is asked what a server asks through the gateway, if it declared that it answers', async () => {
    const client = new PipeClient();
    await client.initialize({ sampling: {} });
    const calling = client.ask('tools/call', {
      name: 'asking',
      arguments: { method: 'sampling/createMessage' },
    });
    const asked = await client.message(({ method }) => method === 'sampling/createMessage');
    expect(asked.params).toEqual({ messages: [] });
    client.write({ jsonrpc: '2.0', id: asked.id, result: { role: 'assistant', 'x-kept': 1 } });
    expect(JSON.parse((await calling).result.content[0].text)).toEqual({ role: 'assistant', 'x-kept': 1 });
    for (const method of ['roots/list', 'tools/call', 'constructor']) {
      const { error } = await client.ask('tools/call', { name: 'asking', arguments: { method } });
      expect(error.code).toBe(-32601);
    }
    expect(client.received.filter(({ method }) => method !== undefined)).toHaveLength(1);
  });

  test('Gets an error where a server asks in a way that its revision does not have', async () => {
    const client = new PipeClient();
    await client.initialize({ roots: {} });
    const { error } = await client.ask('tools/call', {
      name: 'needing',
      arguments: { method: 'roots/list' },
    });
    expect(error.code).toBe(-32603);
  });

  test('Gets a denial as a result, with code and remedy', async () => {
    const client = new PipeClient();
    await client.initialize();
    const { result } = await client.ask('tools/call', { name: 'denied' });
    expect(result.isError).toBe(true);
    expect(result.content[0].text).toBe('DENY_NO_MATCHING_RULE: No rule allows this.\nAsk the operator.');
  });

  test.each([
    ['no name', {}],
    ['a name that is no text', { name: 1 }],
    ['arguments that are a list', { name: 'echo', arguments: [] }],
    ['arguments with a lone surrogate', { name: 'echo', arguments: { a: '\ud800' } }],
  ])('Is refused a call with %s', async (_, params) => {
    const gateway = new FakeGateway();
    const client = new PipeClient({ gateway });
    await client.initialize();
    expect((await client.ask('tools/call', params)).error.code).toBe(-32602);
    expect(gateway.calls).toEqual([]);
  });

  test('Cannot have more requests open than the face allows', async () => {
    const client = new PipeClient({ requests_at_once: 2 });
    await client.initialize();
    client.send('tools/call', { name: 'slow' });
    client.send('tools/call', { name: 'slow' });
    expect((await client.ask('ping')).error.code).toBe(-32603);
  });

  test('Cannot use an id twice at a time', async () => {
    const client = new PipeClient();
    await client.initialize();
    client.write({ jsonrpc: '2.0', id: 'x', method: 'tools/call', params: { name: 'slow' } });
    client.write({ jsonrpc: '2.0', id: 'x', method: 'ping' });
    expect((await client.message(({ id }) => id === 'x')).error.code).toBe(-32600);
  });
});

describe('What comes over a pipe', () => {
  test.each([
    ['no JSON', '{"jsonrpc":', -32700],
    ['a member twice', '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}', -32700],
    ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600],
    ['another version of JSON-RPC', '{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600],
    ['an id of null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600],
    ['parameters that are a list', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32600],
    [
      'too many levels',
      `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'['.repeat(2000)}${']'.repeat(2000)}}}`,
      -32700,
    ],
    [
      'an integer that no double holds',
      '{"jsonrpc":"2.0","id":99,"method":"ping","params":{"a":9007199254740993}}',
      -32602,
    ],
    [
      'a message that is too long',
      `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"${'x'.repeat(5000)}"}}`,
      -32600,
    ],
  ])('Is refused with %s, and the next message is served', async (_, line, code) => {
    const client = new PipeClient({ message_bytes: 5_000 });
    client.toFace.write(`${line}\n`);
    const { error } = await client.message((message) => message.error !== undefined);
    expect(error.code).toBe(code);
    expect((await client.initialize()).result).toBeDefined();
  });

  test('May be divided anywhere, and must be UTF-8', async () => {
    const client = new PipeClient();
    const line = Buffer.from('{"jsonrpc":"2.0","id":"ü","method":"ping"}\n', 'utf8');
    for (const byte of line) client.toFace.write(Uint8Array.of(byte));
    expect((await client.message(({ id }) => id === 'ü')).error.code).toBe(-32600);
    client.toFace.write(Buffer.from([0x22, 0xff, 0x22, 0x0a]));
    expect((await client.message(({ error }) => error?.code === -32700)).error.message).toContain('UTF-8');
  });

  test('Is answered after the input has ended, if that takes no longer than the grace', async () => {
    const gateway = new FakeGateway();
    const client = new PipeClient({ gateway, grace_ms: 50 });
    client.send('tools/list', { _meta: metaOf() });
    client.send('tools/call', { name: 'slow', _meta: metaOf() });
    client.toFace.end();
    await client.face.closed;
    expect(client.received.map(({ id }) => id)).toEqual([1]);
    expect(gateway.cancelled).toBe(1);
  });
});
