import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { generateSigningKey } from '@wcp/evidence';
import { createHall } from '@wcp/hall';
import { expect, onTestFinished, test } from 'vitest';
import {
  hallToolRegistry,
  openToolCatalog,
  openUpstream,
  type StdioSettings,
  type Upstream,
} from '../../src/index.ts';
import { programOf, realServer } from './real-servers.ts';
import { testFolder, until } from './scripted.ts';

interface Case {
  readonly settings: (dir: string) => StdioSettings;
  readonly tools: number;
  readonly calls: (dir: string) => readonly (readonly [name: string, args: object])[];
}

const SERVERS: Record<string, Case> = {
  everything: {
    settings: () => realServer('everything'),
    tools: 13,
    calls: () => [
      ['echo', { message: 'ü\u2028' }],
      ['get-sum', { a: 1, b: 2 }],
      ['get-sum', { a: 'no' }],
      ['get-structured-content', { location: 'Chicago' }],
      ['get-tiny-image', {}],
      ['get-annotated-message', { messageType: 'error', includeImage: true }],
      ['get-resource-links', { count: 2 }],
      ['no-such-tool', {}],
    ],
  },
  filesystem: {
    settings: (dir) => realServer('filesystem', { args: [dir] }),
    tools: 14,
    calls: (dir) => [
      ['read_text_file', { path: join(dir, 'a.txt') }],
      ['list_directory', { path: dir }],
      ['read_text_file', { path: '/etc/passwd' }],
    ],
  },
  memory: {
    settings: (dir) => realServer('memory', { env: { MEMORY_FILE_PATH: join(dir, 'memory.jsonl') } }),
    tools: 9,
    calls: () => [['read_graph', {}]],
  },
  sequentialthinking: {
    settings: () => realServer('thinking'),
    tools: 1,
    calls: () => [
      ['sequentialthinking', { thought: 't', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 }],
    ],
  },
};

/** The SDK’s own client, which gives results as they are where it is not asked to know them. */
async function openDirect({ command, args = [], env = {} }: StdioSettings): Promise<Client> {
  const client = new Client({ name: 'direct', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({ command, args: [...args], env: { ...env }, stderr: 'ignore' }),
  );
  onTestFinished(() => client.close());
  return client;
}

async function outcomeOf(result: Promise<unknown>): Promise<unknown> {
  return result.catch(({ code, data }: { code: unknown; data: unknown }) => ({ code, data }));
}

for (const [name, { settings, tools, calls }] of Object.entries(SERVERS)) {
  test(`The list of ${name}, and what its tools answer, are what they are without a gateway, to the last member.`, async () => {
    const dir = testFolder();
    writeFileSync(join(dir, 'a.txt'), 'text');
    const upstream = await openUpstream(settings(dir));
    onTestFinished(() => upstream.close());
    const direct = await openDirect(settings(dir));
    const listed = await direct.request({ method: 'tools/list' }, ResultSchema);
    expect(await upstream.listTools()).toEqual(listed['tools']);
    expect(listed['tools']).toHaveLength(tools);
    expect(upstream.server).toEqual(direct.getServerVersion());
    for (const [tool, args] of calls(dir)) {
      const params = { name: tool, arguments: args } as { name: string };
      const [ours, theirs] = await Promise.all([
        outcomeOf(upstream.request('tools/call', params)),
        outcomeOf(direct.request({ method: 'tools/call', params }, ResultSchema)),
      ]);
      expect(ours).toEqual(theirs);
    }
  });
}

test('A governed filesystem server reads through a Hall what it reads directly, and writes what was decided about.', async () => {
  const dir = testFolder();
  writeFileSync(join(dir, 'a.txt'), 'text');
  const upstream = await openUpstream(realServer('filesystem', { args: [dir] }));
  const ids = ['read-text-file', 'write-file'].map((tool) => `x.test.mcp-filesystem.${tool}`);
  const hall = await createHall({
    config: { require_worker_attestation: true },
    rules: ids.map((id, index) => ({
      rule_id: `rr_${index}`,
      match: { capability_id: id },
      decision: { candidate_workers_ranked: [{ worker_species_id: id }], required_controls_suggested: [] },
    })),
  });
  const catalog = await openToolCatalog({
    authority: 'x.test',
    servers: [{ upstream, blast: { trusts_annotations: true } }],
    registry: hallToolRegistry(hall, generateSigningKey()),
    connect: (delivery) => hall.connect({ delivery }),
  });
  onTestFinished(async () => {
    await catalog.close();
    await hall.close(0);
    await upstream.close();
  });
  expect(await catalog.enrolFirst('filesystem')).toHaveLength(14);
  const dispatch = (id: string, request: object) =>
    hall.dispatch({
      capability_id: id,
      env: 'dev',
      data_label: 'INTERNAL',
      tenant_risk: 'low',
      qos_class: 'P2',
      tenant_id: 'acme',
      correlation_id: `c-${id}`,
      request,
    });
  const read = { name: 'read_text_file', arguments: { path: join(dir, 'a.txt') } };
  const answer = await dispatch(ids[0] as string, { tool: read.name, arguments: read.arguments });
  expect(answer.result?.result).toEqual(await upstream.request('tools/call', read));
  const written = { path: join(dir, 'b.txt'), content: 'new' };
  await dispatch(ids[1] as string, { tool: 'write_file', arguments: written });
  expect(readFileSync(join(dir, 'b.txt'), 'utf8')).toBe('new');
});

test('Progress of a real server arrives, and the server is gone after its end.', async () => {
  const upstream = await openUpstream(realServer('everything'));
  const told: { progress?: number }[] = [];
  const params = { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 2 } };
  await upstream.request('tools/call', params, { onProgress: (progress) => told.push(progress as object) });
  expect(told.map(({ progress }) => progress)).toEqual([1, 2]);
  await upstream.close();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function reached(url: string): Promise<Upstream> {
  for (;;) {
    try {
      return await openUpstream({ alias: 'everything', url });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

test('A real server over HTTP with sessions lists, runs with progress, and is heard.', async () => {
  const port = await freePort();
  const server = spawn(process.execPath, [programOf('everything'), 'streamableHttp'], {
    env: { PORT: String(port) },
    stdio: 'ignore',
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  const upstream = await reached(`http://127.0.0.1:${port}/mcp`);
  onTestFinished(() => upstream.close());
  expect(upstream.revision).toBe('2025-11-25');
  expect(await upstream.listTools()).toHaveLength(13);
  const told: unknown[] = [];
  const params = { name: 'trigger-long-running-operation', arguments: { duration: 0.2, steps: 2 } };
  await upstream.request('tools/call', params, { onProgress: (progress) => told.push(progress) });
  expect(told).toHaveLength(2);
  await upstream.request('tools/call', { name: 'toggle-simulated-logging', arguments: {} });
  const heard: unknown[] = [];
  const ended = new AbortController();
  const client = {
    owner: 'one',
    capabilities: {},
    log_level: 'debug',
    onLog: (params: unknown) => heard.push(params),
    ask: () => Promise.reject(new Error('It is asked nothing.')),
  };
  // What it logs of its own accord is told to whoever has a call open.
  const running = { name: 'trigger-long-running-operation', arguments: { duration: 60, steps: 1 } };
  const open = upstream.request('tools/call', running, { client, signal: ended.signal });
  await until(() => heard.length > 0);
  expect(heard[0]).toMatchObject({ level: expect.any(String), data: expect.anything() });
  ended.abort();
  await expect(open).rejects.toThrow();
});
