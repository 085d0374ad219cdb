import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createMCPClient } from '@ai-sdk/mcp';
import { Experimental_StdioMCPTransport as AiStdio } from '@ai-sdk/mcp/mcp-stdio';
import { MultiServerMCPClient } from '@langchain/mcp-adapters';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { MCPServerStdio, MCPServerStreamableHttp } from '@openai/agents';
import type { Target } from './place.ts';

/** What a client saw: the names of the tools, and the text that a read gave; null where it cannot call by itself. */
export interface Seen {
  readonly tools: readonly string[];
  readonly text: string | null;
}

/** A real client, connected to a target, that lists and reads a file. */
export type RunClient = (target: Target, file: string) => Promise<Seen>;

const TOOL = 'read_text_file';
const INFO = { name: 'wcp-check', version: '1.0.0' };
const run = promisify(execFile);
const bin = (name: string) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));

/** Every client by its package. */
export const CLIENTS: Readonly<Record<string, RunClient>> = {
  'sdk v1': (target, file) => sdk(new ClientV1(INFO), v1Transport(target), file),
  'sdk v2': (target, file) => sdk(new ClientV2(INFO), v2Transport(target), file),
  'sdk v2, 2026-07-28': (target, file) =>
    sdk(new ClientV2(INFO, { versionNegotiation: { mode: 'auto' } }), v2Transport(target), file),
  '@ai-sdk/mcp': aiSdk,
  '@openai/agents': openAiAgents,
  '@langchain/mcp-adapters': langchain,
  'mcp-remote': mcpRemote,
  inspector,
  'claude-code': claudeCode,
};

function v1Transport(target: Target) {
  if (target.kind === 'stdio') return new StdioV1({ ...target, args: [...target.args], stderr: 'ignore' });
  return new HttpV1(new URL(target.url), { requestInit: { headers: target.headers } });
}

function v2Transport(target: Target) {
  if (target.kind === 'stdio') return new StdioV2({ ...target, args: [...target.args], stderr: 'ignore' });
  return new HttpV2(new URL(target.url), { requestInit: { headers: target.headers } });
}

/** Both SDK clients have these methods; their types differ in what does not matter here. */
interface SdkClient<T> {
  connect(transport: T): Promise<void>;
  listTools(): Promise<{ tools: readonly { name: string }[] }>;
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

async function sdk<T>(client: SdkClient<T>, transport: T, path: string): Promise<Seen> {
  await client.connect(transport);
  try {
    const { tools } = await client.listTools();
    const result = await client.callTool({ name: TOOL, arguments: { path } });
    return { tools: tools.map(({ name }) => name), text: JSON.stringify(result) };
  } finally {
    await client.close();
  }
}

async function aiSdk(target: Target, path: string): Promise<Seen> {
  const transport =
    target.kind === 'stdio'
      ? new AiStdio({ command: target.command, args: [...target.args], env: target.env })
      : { type: 'http' as const, url: target.url, headers: { ...target.headers } };
  const client = await createMCPClient({ transport });
  try {
    const tools = await client.tools();
    const result = await tools[TOOL]?.execute?.({ path }, { toolCallId: '1', messages: [], context: {} } as never);
    return { tools: Object.keys(tools), text: JSON.stringify(result) };
  } finally {
    await client.close();
  }
}

async function openAiAgents(target: Target, path: string): Promise<Seen> {
  const server =
    target.kind === 'stdio'
      ? new MCPServerStdio({ command: target.command, args: [...target.args], env: target.env })
      : new MCPServerStreamableHttp({ url: target.url, requestInit: { headers: target.headers } });
  await server.connect();
  try {
    const tools = await server.listTools();
    const result = await server.callTool(TOOL, { path });
    return { tools: tools.map(({ name }) => name), text: JSON.stringify(result) };
  } finally {
    await server.close();
  }
}

async function langchain(target: Target, path: string): Promise<Seen> {
  const server =
    target.kind === 'stdio'
      ? { transport: 'stdio' as const, command: target.command, args: [...target.args], env: target.env }
      : { transport: 'http' as const, url: target.url, headers: { ...target.headers } };
  const client = new MultiServerMCPClient({ mcpServers: { files: server } });
  try {
    const tools = await client.getTools();
    const result: unknown = await tools.find(({ name }) => name === TOOL)?.invoke({ path });
    return { tools: tools.map(({ name }) => name), text: JSON.stringify(result) };
  } finally {
    await client.close();
  }
}

/** It reaches an address for a client that starts commands alone: the SDK's. */
function mcpRemote(target: Target, path: string): Promise<Seen> {
  if (target.kind === 'stdio') throw new Skipped('it reaches addresses alone');
  const args = [target.url, '--allow-http', '--transport', 'http-only', '--header', `Authorization:${target.headers.Authorization}`];
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
  return sdk(new ClientV1(INFO), new StdioV1({ command: bin('mcp-remote'), args, env, stderr: 'ignore' }), path);
}

async function inspector(target: Target, path: string): Promise<Seen> {
  const place =
    target.kind === 'stdio'
      ? [target.command, ...target.args]
      : [target.url, '--transport', 'http', '--header', `Authorization: ${target.headers.Authorization}`];
  const env = target.kind === 'stdio' ? target.env : { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
  const ask = async (...method: string[]) => (await run(bin('mcp-inspector'), inspectorArgs(target, place, method), { env })).stdout;
  const { tools } = JSON.parse(await ask('--method', 'tools/list')) as { tools: { name: string }[] };
  const text = await ask('--method', 'tools/call', '--tool-name', TOOL, '--tool-arg', `path=${path}`);
  return { tools: tools.map(({ name }) => name), text };
}

/** Its own options stand before the `--` of a command. */
function inspectorArgs({ kind }: Target, place: readonly string[], method: readonly string[]): string[] {
  return kind === 'stdio' ? ['--cli', ...method, '--', ...place] : ['--cli', ...place, ...method];
}

/** It connects and lists; to call, it would need a model. */
async function claudeCode(target: Target): Promise<Seen> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: homeOf(target), DISABLE_AUTOUPDATER: '1' };
  const claude = (...args: string[]) => run(bin('claude'), args, { env, cwd: env.HOME });
  const place =
    target.kind === 'stdio'
      ? ['files', '--', target.command, ...target.args]
      : ['--transport', 'http', 'remote', target.url, '--header', `Authorization: ${target.headers.Authorization}`];
  const name = target.kind === 'stdio' ? 'files' : 'remote';
  await claude('mcp', 'add', ...place);
  const { stdout } = await claude('mcp', 'list');
  const line = stdout.split('\n').find((each) => each.startsWith(`${name}:`)) ?? stdout;
  if (!/[✓✔]/.test(line)) throw new Error(`It did not connect: ${line}`);
  return { tools: [TOOL], text: null };
}

function homeOf(target: Target): string {
  return (target.kind === 'stdio' ? target.env['HOME'] : undefined) ?? process.env['WCP_CHECK_HOME'] ?? '';
}

/** A client that has no such way. */
export class Skipped extends Error {}
