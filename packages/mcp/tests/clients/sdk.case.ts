import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, test } from 'vitest';
import { FakeGateway, FakeHall, RICH_RESULT, TOOLS } from '../support/fake-gateway.ts';
import { HttpClient } from '../support/http-client.ts';
import type { Json } from '../support/pipe.ts';

const PROGRAM = new URL('../support/stdio-program.ts', import.meta.url).pathname;
const INFO = { name: 'sdk', version: '1' };
const ELICITS = { capabilities: { elicitation: { url: {} } } };

const ends: (() => Promise<unknown>)[] = [];

interface Opened {
  // Both clients have these methods; their types differ in what does not matter here.
  readonly client: Json;
  /** Only over HTTP: the gateway is in this process. */
  readonly gateway: FakeGateway;
  /** The requests to open a page. */
  readonly asked: Json[];
}

type Open = (steward?: 'approved' | 'denied') => Promise<Opened>;

function program(steward: string | undefined) {
  const env = { PATH: process.env['PATH'] ?? '', ...(steward !== undefined && { STEWARD: steward }) };
  return { command: process.execPath, args: [PROGRAM], env, stderr: 'inherit' as const };
}

export async function served(steward?: 'approved' | 'denied') {
  const hall = new FakeHall();
  const gateway = new FakeGateway(hall);
  const http = await new HttpClient({ gateway }).open();
  ends.push(() => http.face.close());
  if (steward !== undefined) void hall.resolveNext(steward);
  return { gateway, url: http.url, requestInit: { headers: { authorization: 'Bearer wcp_acme' } } };
}

export async function v1(transport: Json, gateway: FakeGateway): Promise<Opened> {
  const client = new ClientV1(INFO, ELICITS);
  const asked: Json[] = [];
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
    asked.push(params);
    return { action: 'accept' };
  });
  await client.connect(transport);
  ends.push(() => client.close());
  return { client, gateway, asked };
}

async function v2(transport: Json, gateway: FakeGateway, mode: 'legacy' | { pin: string }): Promise<Opened> {
  const client = new ClientV2(INFO, { ...ELICITS, versionNegotiation: { mode } });
  const asked: Json[] = [];
  client.setRequestHandler('elicitation/create', async ({ params }: Json) => {
    asked.push(params);
    return { action: 'accept' };
  });
  await client.connect(transport);
  ends.push(() => client.close());
  return { client, gateway, asked };
}

const PIN = { pin: '2026-07-28' };
const CLIENTS: readonly (readonly [string, Open])[] = [
  ['SDK v1 over stdio', async (steward) => v1(new StdioV1(program(steward)), new FakeGateway())],
  [
    'SDK v1 over HTTP',
    async (steward) => {
      const { gateway, url, requestInit } = await served(steward);
      return v1(new HttpV1(url, { requestInit }), gateway);
    },
  ],
  [
    'SDK v2 in 2025-11-25 over stdio',
    async (steward) => v2(new StdioV2(program(steward)), new FakeGateway(), 'legacy'),
  ],
  [
    'SDK v2 in 2025-11-25 over HTTP',
    async (steward) => {
      const { gateway, url, requestInit } = await served(steward);
      return v2(new HttpV2(url, { requestInit }), gateway, 'legacy');
    },
  ],
  [
    'SDK v2 in 2026-07-28 over stdio',
    async (steward) => v2(new StdioV2(program(steward)), new FakeGateway(), PIN),
  ],
  [
    'SDK v2 in 2026-07-28 over HTTP',
    async (steward) => {
      const { gateway, url, requestInit } = await served(steward);
      return v2(new HttpV2(url, { requestInit }), gateway, PIN);
    },
  ],
];
const CALL = { name: 'write', arguments: { path: 'a' } };

/** What each client of the SDK does with a gateway over one transport. */
export function sdkCases(transport: 'stdio' | 'HTTP'): void {
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  describe.each(CLIENTS.filter(([name]) => name.endsWith(transport)))('%s', (name, open) => {
    test('Lists and calls tools', async () => {
      const { client } = await open();
      const { tools } = await client.listTools();
      expect(tools.map((tool: Json) => tool.name)).toEqual(TOOLS.map((tool) => tool.name));
      const result = await client.callTool({ name: 'rich', arguments: {} });
      expect(result.structuredContent).toEqual(RICH_RESULT.structuredContent);
      expect(result.content[0].text).toBe(RICH_RESULT.content[0]?.text);
      const denied = await client.callTool({ name: 'denied', arguments: {} });
      expect(denied.isError).toBe(true);
    });

    test('Opens the page of a held call, and gets the result once a steward approved it', async () => {
      const { client, asked } = await open('approved');
      const result = await client.callTool(CALL);
      expect(asked).toMatchObject([{ mode: 'url', url: 'http://127.0.0.1:7420/approvals/approval-1' }]);
      expect(result.content[0].text).toBe('written 1');
    });

    test('Gets a result that says so when a steward denied it', async () => {
      const { client } = await open('denied');
      const result = await client.callTool(CALL);
      expect(result.isError).toBe(true);
      expect(result.content[0].text).toContain('APPROVAL_DENIED');
    });

    test('Gets progress, and cancels a call', async () => {
      const { client, gateway } = await open();
      const gone = new AbortController();
      const seen: Json[] = [];
      const onprogress = (progress: Json) => {
        seen.push(progress);
        gone.abort();
      };
      const options = { signal: gone.signal, onprogress };
      const args = name.includes('v1') ? [undefined, options] : [options];
      await expect(client.callTool({ name: 'slow', arguments: {} }, ...args)).rejects.toThrow();
      expect(seen).toMatchObject([{ progress: 1, total: 2, message: 'half' }]);
      if (name.includes('HTTP')) await expect.poll(() => gateway.cancelled).toBe(1);
    });
  });

  describe('SDK v2 that finds out by itself', () => {
    test(`Speaks 2026-07-28 over ${transport}`, async () => {
      const client = new ClientV2(INFO, { versionNegotiation: { mode: 'auto' } });
      const { url, requestInit } = await served();
      await client.connect(
        transport === 'HTTP' ? new HttpV2(url, { requestInit }) : new StdioV2(program(undefined)),
      );
      ends.push(() => client.close());
      expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28');
      expect((await client.listTools()).tools).toHaveLength(TOOLS.length);
    });
  });
}
