import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { expect, onTestFinished, test } from 'vitest';
import { openRemoteGateway } from '../../../src/index.ts';
import type { Json } from '../../support/pipe.ts';
import { testFolder } from '../../upstream/scripted.ts';
import { codeOf, TOOLS } from '../gateway-folder.ts';
import { ARGUMENTS, TOOL, WorkerFolder } from './worker-folder.ts';

const INFO = { name: 'test', version: '1.0.0' };
const CLIENTS: readonly (readonly [string, (url: URL, init: object) => Promise<Json>])[] = [
  ['the SDK v1', async (url, init) => connected(new ClientV1(INFO), new HttpV1(url, init))],
  [
    'the SDK v2 with 2026-07-28',
    async (url, init) =>
      connected(
        new ClientV2(INFO, { versionNegotiation: { mode: { pin: '2026-07-28' } } }),
        new HttpV2(url, init),
      ),
  ],
];

async function connected(client: Json, transport: Json): Promise<Json> {
  await client.connect(transport);
  onTestFinished(() => client.close());
  return client;
}

test.each(CLIENTS)(
  'Over HTTP %s lists and calls a worker, which checks results against its schema.',
  async (_, open) => {
    const folder = await WorkerFolder.open();
    const headers = { authorization: `Bearer ${folder.key('agent')}` };
    const client = await open(new URL(folder.gateway.urls?.agents ?? ''), { requestInit: { headers } });
    const { tools } = await client.listTools();
    expect(tools).toMatchObject([{ name: 'hello_greet', inputSchema: TOOL.input_schema }]);
    expect(await client.callTool({ name: 'hello_greet', arguments: ARGUMENTS })).toMatchObject({
      structuredContent: { greeting: 'Hello, Ada!' },
    });
    const refused = await client.callTool({ name: 'hello_greet', arguments: { name: 1 } });
    expect([refused.isError, JSON.stringify(refused.content)]).toEqual([
      true,
      expect.stringContaining('- /name: It must be string.'),
    ]);
  },
);

/** A gateway before the Hall of another one, which has the worker. */
async function before(folder: WorkerFolder, tenant_id = 'agent.local') {
  const url = folder.gateway.urls?.hall ?? '';
  const options = { url, key: folder.key('agent'), tenant_id, version: '1.0.0', interval_ms: 3_600_000 };
  const remote = await openRemoteGateway(options);
  onTestFinished(() => remote.close());
  const { signal } = new AbortController();
  const call = (given: object) =>
    remote.gateway.callTool(remote.caller, { name: 'hello_greet', arguments: given }, { signal });
  return { remote, call };
}

test('Before a Hall that runs elsewhere its workers are tools as well, and each call is decided there.', async () => {
  const folder = await WorkerFolder.open();
  const { remote, call } = await before(folder);
  expect(await remote.gateway.listTools(remote.caller)).toEqual(await folder.tools());
  expect(await call(ARGUMENTS)).toMatchObject({ result: { structuredContent: { greeting: 'Hello, Ada!' } } });
  expect(codeOf(await call({ name: 1 }))).toBe('TOOL_ARGUMENTS_INVALID');
  folder.changeCode();
  expect(codeOf(await call(ARGUMENTS))).toBe('DENY_WORKER_TAMPERED');
  const again = await before(folder);
  expect(await again.remote.gateway.listTools(again.remote.caller)).toEqual([]);
});

test('A key shows no worker that it may not call.', async () => {
  const folder = await WorkerFolder.open();
  const { remote, call } = await before(folder, 'agent.other');
  expect(await remote.gateway.listTools(remote.caller)).toEqual([]);
  expect(await call(ARGUMENTS)).not.toMatchObject({ result: { structuredContent: {} } });
});

test('A tool of a server does not get the name of a worker, nor a worker that of an enrolled tool.', async () => {
  const server = (name: string) => {
    const dir = testFolder();
    const env = { TOOLS: join(dir, 'tools.json'), LOG: join(dir, 'log') };
    writeFileSync(env.TOOLS, JSON.stringify([{ ...TOOLS[0], name }]));
    const program = join(import.meta.dirname, '../../servers/scripted.mjs');
    return { command: process.execPath, args: [program], env, trust: 'annotations' };
  };
  const folder = await WorkerFolder.open(
    TOOL,
    {},
    { servers: { files: server('hello_greet') }, prefix: false },
  );
  const names = (await folder.tools()).map(({ name }) => name);
  expect(names).toHaveLength(2);
  expect(new Set(names).size).toBe(2);
  expect(await folder.call(ARGUMENTS, {}, names[1])).toMatchObject({
    result: { structuredContent: { greeting: 'Hello, Ada!' } },
  });
});
