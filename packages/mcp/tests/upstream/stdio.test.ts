import { expect, test } from 'vitest';
import { callTool, openScripted, textOf, until } from './scripted.ts';

const REVISIONS = { modern: '2026-07-28', legacy: '2025-11-25' } as const;

for (const [mode, revision] of Object.entries(REVISIONS)) {
  test(`A server that speaks ${revision} is understood, and what it sends comes through unchanged.`, async () => {
    const { upstream } = await openScripted({ REVISION: mode });
    expect(upstream.revision).toBe(revision);
    expect(upstream.server).toEqual({ name: 'scripted', version: '1.0.0', 'x-unknown': [1] });
    expect(upstream.capabilities).toEqual({ tools: { listChanged: false }, 'x-unknown': {} });
    const result = await upstream.request('tools/call', {
      name: 'echo',
      arguments: { a: [1, null, 'ü\u2028'] },
      _meta: { 'x-own': 1, progressToken: 'theirs' },
    });
    expect(result).toMatchObject({
      content: [{ type: 'text', text: '{"a":[1,null,"ü\u2028"]}', 'x-unknown': 1 }],
      structuredContent: { arguments: { a: [1, null, 'ü\u2028'] }, meta: { 'x-own': 1 } },
      'x-unknown': { a: [null] },
    });
    const { meta } = (result as { structuredContent: { meta: object } }).structuredContent;
    expect(meta).not.toHaveProperty('progressToken');
  });

  test(`With ${revision}, progress arrives, and a call that is cancelled is cancelled at the server.`, async () => {
    const scripted = await openScripted({ REVISION: mode });
    const progress: unknown[] = [];
    const call = { onProgress: (params: unknown) => void progress.push(params) };
    expect(textOf(await callTool(scripted, 'slow', { ms: 5, steps: 2 }, call))).toBe('done');
    expect(progress).toMatchObject([
      { progress: 1, total: 2, 'x-unknown': true },
      { progress: 2, total: 2, 'x-unknown': true },
    ]);
    const controller = new AbortController();
    const slow = callTool(scripted, 'slow', { ms: 60_000 }, { signal: controller.signal });
    await until(() => scripted.received().some(({ params }) => Object(params?.['arguments']).ms === 60_000));
    controller.abort();
    await expect(slow).rejects.toMatchObject({ code: 'DELIVERY_CANCELLED', has_run: null });
    const id = scripted.received().find(({ params }) => Object(params?.['arguments']).ms === 60_000)?.id;
    await until(() => scripted.received().some(({ method }) => method === 'notifications/cancelled'));
    expect(scripted.received().at(-1)?.params).toMatchObject({ requestId: id });
  });
}

test('A call that is over its time limit ends, and the server is told.', async () => {
  const scripted = await openScripted();
  await expect(callTool(scripted, 'slow', { ms: 60_000 }, { timeout_ms: 100 })).rejects.toMatchObject({
    code: 'DELIVERY_TIMEOUT',
    has_run: null,
  });
  await until(() => scripted.received().some(({ method }) => method === 'notifications/cancelled'));
});

test('A server that is silent before the handshake, or ends at a message before it, is understood.', async () => {
  const limits = { probe_ms: 300 };
  const mute = await openScripted({ REVISION: 'mute' }, [], { limits });
  expect(mute.upstream.revision).toBe('2025-11-25');
  const fragile = await openScripted({ REVISION: 'fragile' });
  expect(fragile.upstream.revision).toBe('2025-11-25');
  expect(textOf(await callTool(fragile, 'echo'))).toBe('{}');
});

test('Older revisions are spoken, and one that nobody knows is refused.', async () => {
  for (const SPEAKS of ['2025-06-18', '2025-03-26', '2024-11-05']) {
    expect((await openScripted({ SPEAKS })).upstream.revision).toBe(SPEAKS);
  }
  await expect(openScripted({ SPEAKS: '1999-01-01' })).rejects.toMatchObject({
    code: 'DELIVERY_INVALID_RESULT',
  });
});

test('The revision that was found is kept: a second start asks for it at once.', async () => {
  const scripted = await openScripted();
  await until(() => scripted.received().length === 3);
  expect(scripted.received().map(({ method }) => method)).toEqual([
    'server/discover',
    'initialize',
    'notifications/initialized',
  ]);
  await expect(callTool(scripted, 'exit')).rejects.toMatchObject({ code: 'DELIVERY_CRASHED', has_run: null });
  expect(textOf(await callTool(scripted, 'echo'))).toBe('{}');
  expect(
    scripted
      .received()
      .slice(3)
      .map(({ method }) => method),
  ).toEqual(['tools/call', 'initialize', 'notifications/initialized', 'tools/call']);
});

test('A list of many pages is one list.', async () => {
  const tools = Array.from({ length: 7 }, (_, index) => ({
    name: `t${index}`,
    inputSchema: {},
    'x-unknown': index,
  }));
  const { upstream } = await openScripted({ PAGE: '2' }, tools);
  expect(await upstream.listTools()).toEqual(tools);
  const few = await openScripted({ PAGE: '2' }, tools, { limits: { tools: 6 } });
  await expect(few.upstream.listTools()).rejects.toMatchObject({ code: 'DELIVERY_INVALID_RESULT' });
});

test('A result that is too long fails its own call alone, whether its id comes first or last.', async () => {
  const scripted = await openScripted({}, [], { limits: { message_bytes: 1_000_000 } });
  const pid = textOf(await callTool(scripted, 'pid'));
  const slow = callTool(scripted, 'slow', { ms: 300 });
  for (const name of ['big', 'bigLast']) {
    await expect(callTool(scripted, name, { bytes: 10 * 1024 * 1024 })).rejects.toMatchObject({
      code: 'DELIVERY_ANSWER_TOO_LARGE',
      has_run: true,
    });
  }
  expect(textOf(await slow)).toBe('done');
  expect(textOf(await callTool(scripted, 'pid'))).toBe(pid);
  expect(textOf(await callTool(scripted, 'big', { bytes: 999_000 }))).toHaveLength(999_000);
});

test('Where nothing says which call a message answers that is too long, it may be any.', async () => {
  const scripted = await openScripted({}, [], { limits: { message_bytes: 1_000 } });
  await expect(callTool(scripted, 'nameless', { bytes: 2_000 })).rejects.toMatchObject({
    code: 'DELIVERY_ANSWER_TOO_LARGE',
  });
  expect(textOf(await callTool(scripted, 'echo'))).toBe('{}');
});

test('Results of 1, 9 and 12 MB are delivered.', async () => {
  const scripted = await openScripted();
  for (const megabytes of [1, 9, 12]) {
    expect(textOf(await callTool(scripted, 'big', { bytes: megabytes * 1_000_000 }))).toHaveLength(
      megabytes * 1_000_000,
    );
  }
});

test('What is no message is left out; a broken answer, or one nested too deeply, fails its own call.', async () => {
  const scripted = await openScripted();
  expect(textOf(await callTool(scripted, 'chatter'))).toBe('after');
  await expect(callTool(scripted, 'junk')).rejects.toMatchObject({ code: 'DELIVERY_JUNK', has_run: true });
  await expect(callTool(scripted, 'deep')).rejects.toMatchObject({ code: 'DELIVERY_JUNK' });
  expect(textOf(await callTool(scripted, 'echo'))).toBe('{}');
});

test('An integer that would become another one is refused where the caller wants it exact.', async () => {
  const scripted = await openScripted();
  await expect(callTool(scripted, 'inexact', {}, { is_exact: true })).rejects.toMatchObject({
    code: 'DELIVERY_NUMBER_NOT_EXACT',
    has_run: true,
  });
  await expect(callTool(scripted, 'inexact')).resolves.toMatchObject({ content: [] });
});

test('An error of the server comes with its code, its words and its data.', async () => {
  const scripted = await openScripted();
  await expect(callTool(scripted, 'fault')).rejects.toMatchObject({
    code: -32_602,
    message: 'no such thing',
    data: { 'x-unknown': 1 },
    has_run: null,
  });
});

test('A request of the server goes to the client of the one call that is open, and is refused where nobody waits.', async () => {
  const off = await openScripted();
  expect(textOf(await callTool(off, 'ask', { method: 'sampling/createMessage' }))).toContain('-32601');
  expect(textOf(await callTool(off, 'ask', { method: 'ping' }))).toBe('{}');
  const on = await openScripted({}, [], { client_capabilities: { roots: {} } });
  const client = {
    owner: 'acme',
    capabilities: {},
    log_level: null,
    onLog() {},
    async ask(method: string) {
      if (method !== 'roots/list') throw new Error('Not this.');
      return { roots: [{ uri: 'file:///srv' }] };
    },
  };
  expect(textOf(await callTool(on, 'ask', { method: 'roots/list' }, { client }))).toBe(
    '{"roots":[{"uri":"file:///srv"}]}',
  );
  expect(textOf(await callTool(on, 'ask', { method: 'elicitation/create' }, { client }))).toContain('-32603');
  const [, initialize] = on.received();
  expect(initialize?.params?.['capabilities']).toEqual({ roots: {} });
});

test('A request that is too long is not sent.', async () => {
  const scripted = await openScripted({}, [], { limits: { request_bytes: 2_000 } });
  await expect(callTool(scripted, 'echo', { text: 'x'.repeat(2_000) })).rejects.toMatchObject({
    code: 'DELIVERY_CALL_TOO_LARGE',
    has_run: false,
  });
  expect(scripted.received().some(({ method }) => method === 'tools/call')).toBe(false);
});

test('The environment of a server is what is configured, PATH and a mark.', async () => {
  process.env['WCP_TEST_SECRET'] = 'secret';
  const scripted = await openScripted({ OWN: '1' });
  const environment = JSON.parse(textOf(await callTool(scripted, 'environment')));
  delete process.env['WCP_TEST_SECRET'];
  expect(Object.keys(environment).sort()).toEqual(['LOG', 'OWN', 'PATH', 'TOOLS', 'WCP_MCP_PROCESS_OF']);
});

test('A closed server takes no request, and one that does not start says why.', async () => {
  const scripted = await openScripted();
  await scripted.upstream.close();
  await expect(callTool(scripted, 'echo')).rejects.toMatchObject({ code: 'DELIVERY_CLOSED', has_run: false });
  await expect(openScripted({}, [], { command: '/nowhere/server' })).rejects.toMatchObject({
    code: 'DELIVERY_START_FAILED',
    has_run: false,
  });
});

for (const mode of ['modern', 'legacy']) {
  test(`A ${mode} server says that its list has changed.`, async () => {
    const scripted = await openScripted({ REVISION: mode, NOTIFY: '1' });
    const told: string[] = [];
    scripted.upstream.onNotification((method) => told.push(method));
    if (mode === 'modern')
      await until(() => scripted.received().some(({ method }) => method === 'subscriptions/listen'));
    scripted.setTools([]);
    await until(() => told.includes('notifications/tools/list_changed'));
  });
}
