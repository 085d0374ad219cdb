import { afterEach, describe, expect, test } from 'vitest';
import { FakeGateway, RICH_RESULT, TOOLS } from '../support/fake-gateway.ts';
import { HttpClient, messagesOf, StreamReader } from '../support/http-client.ts';
import { metaOf } from '../support/pipe.ts';

const clients: HttpClient[] = [];
async function open(options: ConstructorParameters<typeof HttpClient>[0] = {}): Promise<HttpClient> {
  const client = await new HttpClient(options).open();
  clients.push(client);
  return client;
}
afterEach(async () => {
  for (const { face } of clients.splice(0)) await face.close();
});

describe('A client of 2026-07-28 over HTTP', () => {
  test('Gets one JSON document where nothing comes before the answer', async () => {
    const client = await open();
    const answer = await client.modern('tools/call', { name: 'rich' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(answer.headers.get('mcp-session-id')).toBeNull();
    const [{ result }] = await messagesOf(answer);
    expect(result).toMatchObject({ ...RICH_RESULT, resultType: 'complete' });
  });

  test('Gets a stream with progress before the answer, and cancels by closing it', async () => {
    const gateway = new FakeGateway();
    const client = await open({ gateway });
    const gone = new AbortController();
    const answer = await client.modern(
      'tools/call',
      { name: 'slow' },
      {
        meta: { progressToken: 1 },
        init: { signal: gone.signal },
      },
    );
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    const { params } = await new StreamReader(answer).next();
    expect(params).toMatchObject({ progressToken: 1, message: 'half' });
    gone.abort();
    await expect.poll(() => gateway.cancelled).toBe(1);
  });

  test('Cancels a call that has sent nothing yet by closing the connection', async () => {
    const gateway = new FakeGateway();
    const client = await open({ gateway });
    const gone = new AbortController();
    const asked = client.modern('tools/call', { name: 'slow' }, { init: { signal: gone.signal } });
    await expect.poll(() => gateway.calls.length).toBe(1);
    gone.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => gateway.cancelled).toBe(1);
  });

  test('Is cancelled where the face is closed', async () => {
    const gateway = new FakeGateway();
    const client = await open({ gateway });
    const asked = client.modern('tools/call', { name: 'slow' });
    asked.catch(() => undefined);
    await expect.poll(() => gateway.calls.length).toBe(1);
    await client.face.close();
    await expect.poll(() => gateway.cancelled).toBe(1);
  });

  test('Gets a long answer after progress, however much it is', async () => {
    const client = await open({ limits: { unread_bytes: 1_000 } });
    const answer = await client.modern(
      'tools/call',
      { name: 'long', arguments: { length: 12_000_000 } },
      { meta: { progressToken: 1 } },
    );
    const messages = await messagesOf(answer);
    expect(messages.at(-1).result.content[0].text).toHaveLength(12_000_000);
    expect((await client.modern('tools/list')).status).toBe(200);
  });

  test('Sees signs of life while it waits', async () => {
    const client = await open({ limits: { keepalive_ms: 20 } });
    const answer = await client.modern('tools/call', { name: 'slow' });
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const { value } = await reader.read();
    expect(Buffer.from(value as Uint8Array).toString('utf8')).toMatch(/^:/);
    await reader.cancel();
  });

  test.each([
    ['another revision', { 'mcp-protocol-version': '2025-11-25' }],
    ['no revision', { 'mcp-protocol-version': null }],
    ['another method', { 'mcp-method': 'tools/list' }],
    ['no method', { 'mcp-method': null }],
    ['another name', { 'mcp-name': 'denied' }],
    ['no name', { 'mcp-name': null }],
    ['a name that is not Base64', { 'mcp-name': '=?base64?!!?=' }],
    ['a name in Base64 of nothing', { 'mcp-name': '=?base64?ZQ=?=' }],
    ['another parameter', { 'mcp-param-region': 'eu' }],
    ['no parameter', { 'mcp-param-region': null }],
  ])('Is refused a call with %s in its headers', async (_, headers) => {
    const gateway = new FakeGateway();
    const client = await open({ gateway });
    const given = { name: 'echo', arguments: { region: 'us', count: 1 } };
    const answer = await client.modern('tools/call', given, {
      headers: { 'mcp-param-region': 'us', ...headers },
    });
    expect(answer.status).toBe(400);
    expect((await messagesOf(answer))[0].error.code).toBe(-32020);
    expect(gateway.calls).toEqual([]);
  });

  test('May encode what no header can carry', async () => {
    const client = await open();
    const encoded = `=?base64?${Buffer.from('Zürich', 'utf8').toString('base64')}?=`;
    const given = { name: 'echo', arguments: { region: 'Zürich' } };
    const name = `=?base64?${Buffer.from('echo', 'utf8').toString('base64')}?=`;
    const answer = await client.modern('tools/call', given, {
      headers: { 'mcp-param-region': encoded, 'mcp-name': name },
    });
    expect(answer.status).toBe(200);
  });

  test('Needs no header for a parameter that is absent or null', async () => {
    const client = await open();
    for (const given of [{}, { region: null }, undefined]) {
      expect((await client.modern('tools/call', { name: 'echo', arguments: given })).status).toBe(200);
    }
  });

  test.each([
    ['a method that is not offered', 'nothing', {}, 404, -32601],
    ['a tool that is unknown', 'tools/call', { name: 'nothing' }, 200, -32602],
  ])('Gets the status of %s', async (_, method, params, status, code) => {
    const client = await open();
    const answer = await client.modern(method, params);
    expect(answer.status).toBe(status);
    expect((await messagesOf(answer))[0].error.code).toBe(code);
  });

  test('Is told which revision is served', async () => {
    const client = await open();
    const answer = await client.modern(
      'tools/list',
      {},
      {
        headers: { 'mcp-protocol-version': '2099-01-01' },
        meta: { 'io.modelcontextprotocol/protocolVersion': '2099-01-01' },
      },
    );
    expect(answer.status).toBe(400);
    const [{ error }] = await messagesOf(answer);
    expect(error).toMatchObject({
      code: -32022,
      data: { supported: ['2026-07-28'], requested: '2099-01-01' },
    });
  });

  test('Is refused where only a header says which revision it is', async () => {
    const client = await open();
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const answer = await client.raw(body, {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/list',
    });
    expect(answer.status).toBe(400);
    expect((await messagesOf(answer))[0].error.code).toBe(-32602);
  });

  test('Has no initialize in this revision', async () => {
    const client = await open();
    expect((await client.modern('initialize')).status).toBe(404);
  });

  test('Listens on a stream of its own until it closes it', async () => {
    const gateway = new FakeGateway();
    const client = await open({ gateway });
    const answer = await client.modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const reader = new StreamReader(answer);
    expect((await reader.next()).params.notifications).toEqual({ toolsListChanged: true });
    gateway.changeList('tools');
    expect(await reader.next()).toMatchObject({
      method: 'notifications/tools/list_changed',
      params: { _meta: { 'io.modelcontextprotocol/subscriptionId': 1 } },
    });
    await reader.cancel();
    await expect.poll(() => gateway.listeners).toBe(0);
  });

  test('Is told that the face ends its subscription', async () => {
    const client = await open();
    const answer = await client.modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const reader = new StreamReader(answer);
    await reader.next();
    await client.face.close();
    expect((await reader.next()).result.resultType).toBe('complete');
    expect(await reader.next()).toBeNull();
  });

  test('Ends at once with a subscription to nothing that is offered', async () => {
    const client = await open();
    const answer = await client.modern('subscriptions/listen', {
      notifications: { promptsListChanged: true },
    });
    const [acknowledged, end] = await messagesOf(answer);
    expect(acknowledged.params.notifications).toEqual({});
    expect(end.result.resultType).toBe('complete');
  });

  test('Sends notifications that nobody waits for, and no responses', async () => {
    const client = await open();
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'notifications/x' };
    const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/x', params: { _meta: metaOf() } });
    expect((await client.raw(body, headers)).status).toBe(202);
    expect((await client.raw(body, { ...headers, 'mcp-method': 'other' })).status).toBe(400);
    const response = JSON.stringify({ jsonrpc: '2.0', id: 1, result: {} });
    expect((await client.raw(response, { 'mcp-protocol-version': '2026-07-28' })).status).toBe(400);
  });
});

describe('Who may use a face over HTTP', () => {
  test.each([
    ['no key', null, 401, 'Bearer'],
    ['an unknown key', 'Bearer wcp_unknown', 401, /error="invalid_token"/],
    ['another scheme', 'Basic d2Nw', 401, /error="invalid_token"/],
    ['the key of an auditor of that tenant', 'Bearer wcp_auditor', 403, /error="insufficient_scope"/],
    ['the key of a steward', 'Bearer wcp_steward', 403, /error="insufficient_scope"/],
  ])('Nobody with %s', async (_, authorization, status, challenge) => {
    const gateway = new FakeGateway();
    const client = await open({ gateway });
    const answer = await client.modern('tools/call', { name: 'echo' }, { headers: { authorization } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('www-authenticate')).toMatch(challenge);
    expect(gateway.calls).toEqual([]);
  });

  test('Acts for the tenant of the key, whatever it says of itself', async () => {
    const gateway = new FakeGateway();
    const client = await open({ gateway });
    await client.modern(
      'tools/call',
      { name: 'echo', arguments: { tenant_id: 'acme' } },
      {
        headers: { authorization: 'Bearer wcp_other' },
        meta: { tenant_id: 'acme' },
      },
    );
    expect(gateway.calls.map(({ caller }) => caller.tenant_id)).toEqual(['other']);
  });

  test.each([
    ['a foreign page', { origin: 'https://evil.example' }],
    ['an opaque page', { origin: 'null' }],
    ['a page whose name begins like this machine', { origin: 'http://localhost.evil.example' }],
    ['what is no origin', { origin: 'http://localhost/path' }],
  ])('Not %s', async (_, headers) => {
    const client = await open();
    expect((await client.modern('tools/list', {}, { headers })).status).toBe(403);
  });

  test('Pages of this machine, and of origins that the operator named', async () => {
    const client = await open({ origins: ['https://app.example'] });
    for (const origin of ['http://localhost:3000', 'https://app.example']) {
      expect((await client.modern('tools/list', {}, { headers: { origin } })).status).toBe(200);
    }
  });
});

describe('The bounds of a face over HTTP', () => {
  test.each([
    ['a body that is too long', `{"a":"${'x'.repeat(3000)}"}`, {}, 413],
    ['no JSON', '{', {}, 400],
    ['a batch', '[]', {}, 400],
    ['another type of content', '{}', { 'content-type': 'text/plain' }, 415],
    ['no stream accepted', '{}', { accept: 'application/json' }, 406],
    ['no JSON accepted', '{}', { accept: 'text/event-stream' }, 406],
  ])('Refuse %s', async (_, body, headers, status) => {
    const client = await open({ limits: { body_bytes: 2_000 } });
    expect((await client.raw(body, headers)).status).toBe(status);
  });

  test('Refuse a body that does not arrive in time', async () => {
    const client = await open({ limits: { body_ms: 30 } });
    const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('{"json')) });
    const init = { body, duplex: 'half' } as RequestInit;
    expect((await client.raw('', {}, init)).status).toBe(408);
  });

  test('Refuse more requests of a tenant than its share, and serve another tenant', async () => {
    const gateway = new FakeGateway();
    const client = await open({ gateway, limits: { requests_per_tenant: 1 } });
    const gone = new AbortController();
    const slow = client.modern('tools/call', { name: 'slow' }, { init: { signal: gone.signal } });
    await expect.poll(() => gateway.calls.length).toBe(1);
    const answer = await client.modern('tools/list');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1']);
    const other = await client.modern('tools/list', {}, { headers: { authorization: 'Bearer wcp_other' } });
    expect((await messagesOf(other))[0].result.tools).toEqual(TOOLS);
    gone.abort();
    await slow.catch(() => undefined);
    await expect.poll(async () => (await client.modern('tools/list')).status).toBe(200);
  });

  test.each([
    ['PUT', '/mcp', 405],
    ['OPTIONS', '/mcp', 405],
    ['POST', '/other', 404],
    ['GET', '/.well-known/oauth-protected-resource/mcp', 404],
  ])('Leave %s %s unanswered', async (method, path, status) => {
    const client = await open();
    const headers = { authorization: 'Bearer wcp_acme' };
    expect((await fetch(new URL(path, client.url), { method, headers })).status).toBe(status);
  });

  test('End a stream whose key was revoked meanwhile', async () => {
    let isValid = true;
    const holder = { id: 'key:acme', roles: ['tenant'], tenant_id: 'acme' } as const;
    const { authenticateByKey } = await import('../../src/face/auth/key-authentication.ts');
    const revocable = authenticateByKey({ recognise: async () => (isValid ? holder : null) });
    const client = await open({ authenticate: revocable, limits: { keepalive_ms: 20 } });
    const answer = await client.modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const reader = new StreamReader(answer);
    await reader.next();
    isValid = false;
    expect(await reader.next()).toBeNull();
  });
});
