import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { type Connection, INFO, type Target, textOf } from './client.ts';

/** Both clients of the SDK have these methods; their types differ in what does not matter here. */
interface SdkClient<T> {
  connect(transport: T): Promise<void>;
  listTools(): Promise<{ tools: readonly { name: string }[] }>;
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

/** The client of the SDK's first version: the revisions of 2025. */
export function sdkV1(target: Target): Promise<Connection> {
  return connected(new ClientV1(INFO), v1Transport(target));
}

/** The client of the second version, as it comes. */
export function sdkV2(target: Target): Promise<Connection> {
  return connected(new ClientV2(INFO), v2Transport(target));
}

/** The same, where it may find out that the gateway speaks 2026-07-28. */
export function sdkV2Modern(target: Target): Promise<Connection> {
  return connected(new ClientV2(INFO, { versionNegotiation: { mode: 'auto' } }), v2Transport(target));
}

function v1Transport(target: Target) {
  if (target.kind === 'stdio') return new StdioV1({ ...target, args: [...target.args], stderr: 'ignore' });
  return new HttpV1(new URL(target.url), { requestInit: { headers: target.headers } });
}

function v2Transport(target: Target) {
  if (target.kind === 'stdio') return new StdioV2({ ...target, args: [...target.args], stderr: 'ignore' });
  return new HttpV2(new URL(target.url), { requestInit: { headers: target.headers } });
}

async function connected<T>(client: SdkClient<T>, transport: T): Promise<Connection> {
  await client.connect(transport);
  return {
    list: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (name, args) => textOf(client.callTool({ name, arguments: { ...args } })),
    close: () => client.close(),
  };
}
