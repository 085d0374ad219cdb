import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { expect, onTestFinished, test } from 'vitest';
import { openUpstream, type UpstreamCall } from '../../src/index.ts';
import { type HttpScript, openHttpScript, type ScriptedHttp } from './http-server.ts';
import { until } from './scripted.ts';

const REVISIONS = { modern: '2026-07-28', legacy: '2025-11-25' } as const;

function call(
  { upstream }: Pick<ScriptedHttp, 'upstream'>,
  name = 'echo',
  more: UpstreamCall = {},
  args: object = {},
) {
  return upstream.request('tools/call', { name, arguments: args }, more);
}

for (const [mode, revision] of Object.entries(REVISIONS) as ['modern' | 'legacy', string][]) {
  test(`Over HTTP, a server that speaks ${revision} is understood, and its results come through unchanged.`, async () => {
    const result = { content: [{ type: 'text', text: 'ü', 'x-unknown': 1 }], 'x-unknown': [null] };
    const script = await openHttpScript({ revision: mode, call: ({ json }) => json({ result }) });
    expect(script.upstream).toMatchObject({
      revision,
      source: script.url,
      enforcement: null,
      server: { name: 'http', version: '1.0.0', 'x-unknown': 1 },
    });
    expect(await call(script)).toEqual(result);
  });

  test(`Over HTTP with ${revision}, a stream brings progress, and then the result.`, async () => {
    const script = await openHttpScript({
      revision: mode,
      call({ message, stream }) {
        const write = stream();
        const { progressToken } = Object(message.params['_meta']);
        write('{"jsonrpc":"2.0","method":"notifications/progress",', '');
        const progress = { progressToken, progress: 1 };
        write(
          JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: progress }),
          ': hello\n',
        );
        // Two lines of data are one text.
        write(`{"jsonrpc":"2.0","id":${message.id},\r\ndata: "result":{"content":[]}}`, 'event: message\n');
      },
    });
    const told: unknown[] = [];
    expect(await call(script, 'echo', { onProgress: (params) => told.push(params) })).toEqual({
      content: [],
    });
    expect(told).toMatchObject([{ progress: 1 }]);
  });

  test(`Over HTTP with ${revision}, a call that is cancelled is cancelled at the server.`, async () => {
    let isClosed = false;
    const script = await openHttpScript({
      revision: mode,
      call: ({ stream, response }) => {
        stream()('', 'retry: 10\n');
        response.on('close', () => {
          isClosed = true;
        });
      },
    });
    const controller = new AbortController();
    const slow = call(script, 'slow', { signal: controller.signal });
    await until(() => script.received.some(({ message }) => message.method === 'tools/call'));
    controller.abort();
    await expect(slow).rejects.toMatchObject({ code: 'DELIVERY_CANCELLED', has_run: null });
    await until(() => isClosed);
    const cancels = () =>
      script.received.filter(({ message }) => message.method === 'notifications/cancelled');
    if (mode === 'legacy') await until(() => cancels().length === 1);
    expect(cancels()).toHaveLength(mode === 'legacy' ? 1 : 0);
  });
}

test('In 2026-07-28 the headers say what the body says: version, method, name and declared arguments.', async () => {
  const properties = {
    region: { type: 'string', 'x-mcp-header': 'Region' },
    inner: { type: 'object', properties: { count: { type: 'integer', 'x-mcp-header': 'Count' } } },
    bad: { type: 'string', 'x-mcp-header': 'a b\r\n' },
    list: { type: 'array', 'x-mcp-header': 'List' },
  };
  const tools = [{ name: 'größe', inputSchema: { type: 'object', properties } }];
  const script = await openHttpScript(
    { revision: 'modern', tools },
    { headers: { Authorization: 'Bearer t' } },
  );
  await script.upstream.listTools();
  await call(script, 'größe', {}, { region: ' eu', inner: { count: 7 }, bad: 'x', list: [1] });
  const { headers } = script.received.at(-1) ?? { headers: {} };
  expect(headers).toMatchObject({
    authorization: 'Bearer t',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': `=?base64?${Buffer.from('größe').toString('base64')}?=`,
    'mcp-param-region': `=?base64?${Buffer.from(' eu').toString('base64')}?=`,
    'mcp-param-count': '7',
  });
  expect(Object.keys(headers).filter((name) => name.startsWith('mcp-param-'))).toHaveLength(2);
  expect(headers).not.toHaveProperty('mcp-session-id');
});

test('In 2025-11-25 there is a session: each request carries it, and it is ended.', async () => {
  const script = await openHttpScript();
  await call(script);
  const { headers } = script.received.at(-1) ?? { headers: {} };
  expect(headers).toMatchObject({
    'mcp-protocol-version': '2025-11-25',
    'mcp-session-id': expect.stringMatching(/^s-1/),
  });
  expect(headers).not.toHaveProperty('mcp-method');
  await script.upstream.close();
  expect(script.ended).toEqual([(headers as Record<string, unknown>)['mcp-session-id']]);
});

test('A session that the server has forgotten is begun again, and the call is sent once more: nothing ran.', async () => {
  const script = await openHttpScript({}, { limits: { restart_ms: 10 } });
  let lost = 0;
  script.upstream.onClosed(() => {
    lost += 1;
  });
  script.forgetSessions();
  expect(await call(script)).toMatchObject({ content: [] });
  expect(lost).toBe(1);
  expect(script.received.filter(({ message }) => message.method === 'initialize')).toHaveLength(2);
});

test('No redirect is followed.', async () => {
  let hits = 0;
  const other = createServer((_, response) => {
    hits += 1;
    response.end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  const location = () => `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  const script = await openHttpScript({
    call: ({ response }) => response.writeHead(307, { location: location() }).end(),
  });
  await expect(call(script)).rejects.toMatchObject({ code: 'DELIVERY_REDIRECTED' });
  expect(hits).toBe(0);
});

/** What a server answers, and how the call ends; the next one always works. */
const BROKEN: Record<
  string,
  { readonly call: HttpScript['call']; readonly code: string; readonly has_run: boolean | null }
> = {
  'a body that is too long': {
    call: ({ json }) => json({ result: { text: 'x'.repeat(3_000_000) } }),
    code: 'DELIVERY_ANSWER_TOO_LARGE',
    has_run: true,
  },
  'an event that is too long': {
    call: ({ message, stream }) =>
      stream()(JSON.stringify({ result: { id: 7, text: 'x'.repeat(3_000_000) }, id: message.id })),
    code: 'DELIVERY_ANSWER_TOO_LARGE',
    has_run: true,
  },
  'a body that is nested too deeply': {
    call: ({ response, message }) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(`{"jsonrpc":"2.0","id":${message.id},"result":${'['.repeat(5_000)}${']'.repeat(5_000)}}`),
    code: 'DELIVERY_JUNK',
    has_run: true,
  },
  'a body that is no message': {
    call: ({ response }) => response.writeHead(200, { 'content-type': 'application/json' }).end('"no"'),
    code: 'DELIVERY_JUNK',
    has_run: true,
  },
  'bytes that are not UTF-8': {
    call: ({ response, message }) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(Buffer.from(`{"jsonrpc":"2.0","id":${message.id},"result":{"a":"\xff"}}`, 'latin1')),
    code: 'DELIVERY_JUNK',
    has_run: true,
  },
  'a page': {
    call: ({ response }) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    code: 'DELIVERY_JUNK',
    has_run: true,
  },
  'a stream that ends before the answer': {
    call: ({ stream, response }) => {
      stream();
      response.end();
    },
    code: 'DELIVERY_LOST',
    has_run: null,
  },
  'a connection that breaks': {
    call: ({ response }) => response.destroy(),
    code: 'DELIVERY_LOST',
    has_run: null,
  },
  'the answer to another request': {
    call: ({ message, json }) => json({ id: (message.id ?? 0) + 1_000, result: {} }),
    code: 'DELIVERY_LOST',
    has_run: null,
  },
  'a refusal': {
    call: ({ response }) => response.writeHead(400).end('no'),
    code: 'DELIVERY_HTTP_REFUSED',
    has_run: null,
  },
  'a failure': {
    call: ({ response }) => response.writeHead(502).end('no'),
    code: 'DELIVERY_HTTP_FAILED',
    has_run: null,
  },
};

for (const [what, { call: broken, code, has_run }] of Object.entries(BROKEN)) {
  test(`Over HTTP, ${what} fails its call alone.`, async () => {
    const script = await openHttpScript(
      {
        call: (posted) =>
          posted.message.params.name === 'echo' ? posted.json({ result: {} }) : broken?.(posted),
      },
      { limits: { message_bytes: 1_000_000 } },
    );
    const slow = call(script, 'echo');
    await expect(call(script, 'broken')).rejects.toMatchObject({ code, has_run });
    expect(await slow).toEqual({});
    expect(await call(script)).toEqual({});
  });
}

test('An error in a body comes with its code and its data, whatever the status says.', async () => {
  const error = { code: -32_020, message: 'no', data: { supported: ['x'] } };
  const script = await openHttpScript({
    revision: 'modern',
    call: ({ json }) => json({ error, id: null }, 400),
  });
  await expect(call(script)).rejects.toMatchObject(error);
});

test('A stream that the server ends for a while is continued from its last event.', async () => {
  const asked: (string | string[] | undefined)[] = [];
  const script: ScriptedHttp = await openHttpScript({
    call: ({ stream, response }) => {
      stream()('', 'id: e-1\nretry: 20\n');
      response.end();
    },
    get: ({ headers }, response) => {
      if (headers['last-event-id'] === undefined) return response.writeHead(405).end();
      asked.push(headers['last-event-id']);
      const { id } =
        script.received.findLast(({ message }) => message.method === 'tools/call')?.message ?? {};
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (asked.length === 1) return response.end('id: e-2\ndata: \n\n');
      return response.end(`id: e-3\ndata: {"jsonrpc":"2.0","id":${id},"result":{"content":[]}}\n\n`);
    },
  });
  expect(await call(script)).toEqual({ content: [] });
  expect(asked).toEqual(['e-1', 'e-2']);
});

test('What the server says of its own accord is heard in 2025-11-25, and a request of it is refused.', async () => {
  let write: (text: string) => void = () => {};
  const script = await openHttpScript({
    get: (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      write = (text) => response.write(`data: ${text}\n\n`);
    },
  });
  const told: string[] = [];
  script.upstream.onNotification((method) => told.push(method));
  await new Promise((resolve) => setTimeout(resolve, 100));
  write('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}');
  write('{"jsonrpc":"2.0","id":"s-1","method":"sampling/createMessage","params":{}}');
  await until(() => told.includes('notifications/tools/list_changed'));
  await until(() => script.received.some(({ message }) => Object(message).error?.code === -32_601));
});

test('A server that wants to know who asks says so, and no other revision is tried.', async () => {
  let count = 0;
  const server = createServer((_, response) => {
    count += 1;
    response.writeHead(401).end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await expect(openUpstream({ alias: 'http', url: `http://127.0.0.1:${port}/` })).rejects.toThrow(
    '`headers`',
  );
  expect(count).toBe(1);
});

test('An address where nobody is, that is none, or that holds a password, is refused.', async () => {
  await expect(openUpstream({ alias: 'http', url: 'http://127.0.0.1:9/' })).rejects.toMatchObject({
    code: 'DELIVERY_UNREACHABLE',
    has_run: false,
  });
  for (const url of ['file:///etc/passwd', 'nowhere', 'http://user:secret@127.0.0.1/']) {
    await expect(openUpstream({ alias: 'http', url })).rejects.toMatchObject({ code: 'ERR_WCP_MCP_CONFIG' });
  }
});

test('A server made with the SDK for 2026-07-28 lists, runs, and tells of changes.', async () => {
  const handler = createMcpHandler(
    () => {
      const server = new McpServer(
        { name: 'sdk', version: '2.0.0' },
        { capabilities: { tools: { listChanged: true } } },
      );
      server.registerTool('hello', { description: 'Greets.' }, async () => ({
        content: [{ type: 'text', text: 'hi' }],
      }));
      return server;
    },
    { legacy: 'reject' },
  );
  const answer = toNodeHandler(handler);
  const server = createServer(
    (request, response) => void answer(request as Parameters<typeof answer>[0], response),
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const upstream = await openUpstream({ alias: 'sdk', url: `http://127.0.0.1:${port}/` });
  onTestFinished(() => upstream.close());
  expect(upstream).toMatchObject({ revision: '2026-07-28', server: { name: 'sdk', version: '2.0.0' } });
  expect(await upstream.listTools()).toMatchObject([{ name: 'hello', description: 'Greets.' }]);
  expect(await call({ upstream }, 'hello')).toMatchObject({ content: [{ type: 'text', text: 'hi' }] });
  const told: string[] = [];
  upstream.onNotification((method) => told.push(method));
  const timer = setInterval(() => handler.notify.toolsChanged(), 50);
  await until(() => told.includes('notifications/tools/list_changed'));
  clearInterval(timer);
});
