import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallMore, Json, Program, Revision, RunningCall, TestClient } from './raw-client.ts';

const INFO = { name: 'sdk', version: '1' };

/** How a client of an SDK reaches a gateway: by a program that it starts, or at an address with a key. */
export type Reached = Program | { readonly url: string; readonly key: string };

/** Opens a client of the SDK's version 1, which speaks 2025-11-25. */
export async function sdk1(reached: Reached): Promise<TestClient> {
  const client = new ClientV1(INFO);
  await client.connect(
    // The types of the transports differ from the client's in what is optional.
    ('url' in reached
      ? new HttpV1(new URL(reached.url), headersOf(reached))
      : new StdioV1(programOf(reached))) as Json,
  );
  return testClient(client, (call, options) => client.callTool(call, undefined, options));
}

/** Opens a client of the SDK's version 2. */
export async function sdk2(reached: Reached, revision: Revision): Promise<TestClient> {
  const mode = revision === '2026-07-28' ? { pin: revision } : 'legacy';
  const client = new ClientV2(INFO, { versionNegotiation: { mode } });
  await client.connect(
    'url' in reached ? new HttpV2(new URL(reached.url), headersOf(reached)) : new StdioV2(programOf(reached)),
  );
  return testClient(client, (call, options) => client.callTool(call, options));
}

const headersOf = ({ key }: { readonly key: string }) => ({
  requestInit: { headers: { authorization: `Bearer ${key}` } },
});
const programOf = ({ args, env }: Program) => ({
  command: process.execPath,
  args: [...args],
  env: { PATH: process.env['PATH'] ?? '', ...env },
  stderr: 'ignore' as const,
});

function testClient(
  client: { listTools(): Promise<Json>; close(): Promise<void> },
  callTool: (call: Json, options: Json) => Promise<Json>,
): TestClient {
  return {
    listTools: async () => (await client.listTools()).tools,
    start(name: string, given: object, { meta, onProgress }: CallMore = {}): RunningCall {
      const controller = new AbortController();
      const call = { name, arguments: given, ...(meta !== undefined && { _meta: meta }) };
      const options = {
        signal: controller.signal,
        ...(onProgress !== undefined && { onprogress: onProgress }),
      };
      const answer = callTool(call, options).then(
        (result) => ({ result }),
        (error) => (controller.signal.aborted ? null : { error }),
      );
      return { answer, cancel: () => controller.abort() };
    },
    close: () => client.close(),
  };
}
