import { afterEach, describe, expect, test } from 'vitest';
import { FakeGateway, TOOLS } from '../support/fake-gateway.ts';
import { HttpClient, messagesOf, StreamReader } from '../support/http-client.ts';

const clients: HttpClient[] = [];
async function open(options: ConstructorParameters<typeof HttpClient>[0] = {}): Promise<HttpClient> {
  const client = await new HttpClient(options).open();
  clients.push(client);
  return client;
}
afterEach(async () => {
  for (const { face } of clients.splice(0)) await face.close();
});

const AS_OTHER = { authorization: 'Bearer wcp_other' };

describe('A session over HTTP', () => {
  test('Begins with initialize, and ends with DELETE', async () => {
    const client = await open();
    const session = await client.initialize();
    expect(session).toMatch(/^[\w-]{43}$/);
    const listed = await client.legacy(session, { id: 1, method: 'tools/list' });
    expect(await messagesOf(listed)).toEqual([{ jsonrpc: '2.0', id: 1, result: { tools: TOOLS } }]);
    const headers = { authorization: 'Bearer wcp_acme', 'mcp-session-id': session };
    expect((await fetch(client.url, { method: 'DELETE', headers })).status).toBe(204);
    expect((await client.legacy(session, { id: 2, method: 'ping' })).status).toBe(404);
  });

  test.each([
    ['without its id', null, {}, 400],
    ['with an unknown id', 'unknown', {}, 404],
    ['with a revision that is not served', undefined, { 'mcp-protocol-version': '2024-01-01' }, 400],
    ['with the key of another tenant', undefined, AS_OTHER, 404],
  ])('Is not used %s', async (_, id, headers, status) => {
    const gateway = new FakeGateway();
    const client = await open({ gateway });
    const session = await client.initialize();
    const own = { 'mcp-session-id': id === undefined ? session : id, ...headers };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo' } });
    expect((await client.raw(body, own)).status).toBe(status);
    expect(gateway.calls).toEqual([]);
  });

  test('Is not initialized twice', async () => {
    const client = await open();
    const session = await client.initialize();
    await expect(client.initialize({}, { 'mcp-session-id': session })).rejects.toThrow('400');
  });

  test('Is cancelled by its notification: it reaches the gateway', async () => {
    const gateway = new FakeGateway();
    const client = await open({ gateway });
    const session = await client.initialize();
    const params = { name: 'slow', _meta: { progressToken: 'p' } };
    const answer = await client.legacy(session, { id: 'slow', method: 'tools/call', params });
    const reader = new StreamReader(answer);
    expect((await reader.next()).params).toMatchObject({ progressToken: 'p', message: 'half' });
    const cancelled = { method: 'notifications/cancelled', params: { requestId: 'slow' } };
    expect((await client.legacy(session, cancelled)).status).toBe(202);
    await expect.poll(() => gateway.cancelled).toBe(1);
    const rest = [await reader.next(), await reader.next(), await reader.next()];
    expect(rest.filter((message) => message?.id === 'slow')).toEqual([]);
  });

  test('Is not cancelled by a connection that broke', async () => {
    const gateway = new FakeGateway();
    const client = await open({ gateway });
    const session = await client.initialize();
    const params = { name: 'slow', _meta: { progressToken: 'p' } };
    const answer = await client.legacy(session, { id: 'slow', method: 'tools/call', params });
    const reader = new StreamReader(answer);
    await reader.next();
    await reader.cancel();
    await client.legacy(session, { id: 2, method: 'ping' });
    expect(gateway.cancelled).toBe(0);
  });

  test('Hears on its stream that lists changed, and has one stream', async () => {
    const gateway = new FakeGateway();
    const client = await open({ gateway });
    const session = await client.initialize();
    const headers = {
      authorization: 'Bearer wcp_acme',
      'mcp-session-id': session,
      accept: 'text/event-stream',
    };
    const answer = await fetch(client.url, { headers });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect((await fetch(client.url, { headers })).status).toBe(409);
    expect((await fetch(client.url, { headers: { ...headers, accept: 'text/html' } })).status).toBe(406);
    const reader = new StreamReader(answer);
    gateway.changeList('tools');
    expect(await reader.next()).toEqual({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    await reader.cancel();
    await expect.poll(async () => (await fetch(client.url, { headers })).status).toBe(200);
  });

  test('Makes room for a new one of its tenant only', async () => {
    const client = await open({ limits: { sessions: 3, sessions_per_tenant: 2 } });
    const others = await client.initialize({}, AS_OTHER);
    const first = await client.initialize();
    const second = await client.initialize();
    const third = await client.initialize();
    const statuses = [first, second, third].map(async (session) => {
      return (await client.legacy(session, { id: 1, method: 'ping' })).status;
    });
    expect(await Promise.all(statuses)).toEqual([404, 200, 200]);
    expect((await client.legacy(others, { id: 1, method: 'ping' }, AS_OTHER)).status).toBe(200);
  });

  test('Is refused where no session of its tenant is idle', async () => {
    const gateway = new FakeGateway();
    const client = await open({ gateway, limits: { sessions_per_tenant: 1 } });
    const session = await client.initialize();
    const slow = client.legacy(session, { id: 1, method: 'tools/call', params: { name: 'slow' } });
    await expect.poll(() => gateway.calls.length).toBe(1);
    await expect(client.initialize()).rejects.toThrow('429');
    await client.face.close();
    await slow.catch(() => undefined);
  });

  test('Ends after a while without a request, and listens to nothing then', async () => {
    const gateway = new FakeGateway();
    const client = await open({ gateway, limits: { session_idle_ms: 20 } });
    const session = await client.initialize();
    expect(gateway.listeners).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect((await client.legacy(session, { id: 1, method: 'ping' })).status).toBe(404);
    expect(gateway.listeners).toBe(0);
  });
});
