import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
// @boundaries-ignore Files of tests share a process, and clean up after themselves in one way.
import { afterFile } from '../../../../../../tooling/src/vitest/clean-up.ts';
import { ENVIRONMENT, PROGRAM, scratch, start } from '../../../support/support.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever member it is about.
export type Json = any;
export type Transport = 'stdio' | 'HTTP';
export type Revision = '2026-07-28' | '2025-11-25';

/** What a client answers when it is asked to open the page of an approval. */
export type Ask = (url: string) => Promise<Answer> | Answer;

export type Answer = 'accept' | 'decline' | 'cancel';

/** A client of an SDK. */
export interface HoldClient {
  /** Calls the tool; the result, or the request for input where it was opened without an answer for it. */
  call(line: string, more?: Json): Promise<Json>;
  /** Ends it and, over stdio, its gateway, as a crash would. */
  kill(): Promise<void>;
}

const INFO = { name: 'holds', version: '1.0.0' };
const CAPABILITIES = { elicitation: { url: {} } };
const WRITER = join(import.meta.dirname, 'writer.mjs');

/** A folder of a gateway, its one server, and whoever talks to it. */
export class HoldWorld {
  readonly dir = scratch();
  readonly transport: Transport;
  readonly revision: Revision;
  readonly #file = join(this.dir, 'lines');
  readonly #clients = new Set<HoldClient>();
  #serving: ChildProcess | null = null;

  constructor(transport: Transport, revision: Revision, ttl_seconds?: number) {
    this.transport = transport;
    this.revision = revision;
    afterFile(() => this.crash());
    const server = { command: process.execPath, args: [WRITER], env: { FILE: this.#file } };
    this.#write('mcp.json', {
      prefix: false,
      wait_ms: 2_500,
      http: { port: 0 },
      servers: { writer: server },
    });
    this.#write('hall.json', {
      policy_version: 'policy.mcp.1',
      require_signatory: true,
      allowed_tenants: ['agent.local', 'agent.other'],
      require_worker_attestation: true,
      enforce_privilege_envelopes: true,
      ...(ttl_seconds !== undefined && { approval: { ttl_seconds } }),
    });
  }

  /** How often a line was written. */
  written(line: string): number {
    if (!existsSync(this.#file)) return 0;
    return readFileSync(this.#file, 'utf8')
      .split('\n')
      .filter((each) => each === line).length;
  }

  /**
   * Opens a client, over stdio with a gateway of its own.
   *
   * @param ask undefined for a client of 2026-07-28 that itself sees the request for input
   * @param key that of another tenant
   */
  async client(ask?: Ask, key?: string): Promise<HoldClient> {
    if (this.transport === 'HTTP') this.#serving ??= await this.#serve();
    const client = await (this.revision === '2026-07-28' ? this.#modern(ask, key) : this.#legacy(ask, key));
    this.#clients.add(client);
    return client;
  }

  /** Ends the gateway as a crash would. */
  async crash(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.kill()));
    this.#clients.clear();
    if (this.#serving !== null) await killed(this.#serving);
    this.#serving = null;
  }

  key(name: 'agent' | 'steward' | 'operator'): string {
    return readFileSync(join(this.dir, `keys/${name}.key`), 'utf8').trim();
  }

  /** A key of another tenant of the Hall that runs. */
  async otherKey(): Promise<string> {
    const { hall_url } = this.#running();
    const answer = await this.#post(new URL('/wcp/keys', hall_url), this.key('operator'), {
      label: 'other',
      roles: ['tenant'],
      tenant_id: 'agent.other',
    });
    return (answer.body as { readonly key: string }).key;
  }

  /** What a steward does: on the page of the Hall before HTTP, else with the tools of a steward. */
  async resolve(url: string, resolution: 'approve' | 'deny'): Promise<number> {
    const page = await fetch(url);
    if (page.status !== 200) throw new Error(`The page answers ${page.status}.`);
    const asked = { approval_id: url.split('/').at(-1), resolution };
    if (this.transport === 'HTTP') {
      return (await this.#post(new URL('/wcp/approvals/resolve', url), this.key('steward'), asked)).status;
    }
    const { mcp_url } = this.#running();
    const requestInit = { headers: { authorization: `Bearer ${this.key('steward')}` } };
    const steward = new ClientV2(INFO, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    await steward.connect(new HttpV2(new URL('/steward', mcp_url), { requestInit }));
    const result = (await steward.callTool({ name: 'wcp.approval.resolve', arguments: asked })) as Json;
    await steward.close();
    return result.isError === true ? 400 : 200;
  }

  async #post(
    url: URL,
    key: string,
    body: object,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  }

  async #modern(ask: Ask | undefined, key: string | undefined): Promise<HoldClient> {
    const client = new ClientV2(INFO, {
      capabilities: CAPABILITIES,
      versionNegotiation: { mode: { pin: '2026-07-28' } },
      inputRequired: { autoFulfill: ask !== undefined },
    });
    if (ask !== undefined) {
      client.setRequestHandler('elicitation/create', async ({ params }: Json) => ({
        action: await ask(params.url),
      }));
    }
    const transport =
      this.transport === 'HTTP' ? new HttpV2(...this.#http(key)) : new StdioV2(this.#stdio(key));
    await client.connect(transport);
    const options = ask === undefined ? { allowInputRequired: true } : {};
    return {
      call: (line, more = {}) =>
        client.callTool({ name: 'append', arguments: { line }, ...more }, options as Json),
      kill: () => kill(client, transport),
    };
  }

  async #legacy(ask: Ask = () => 'decline', key: string | undefined): Promise<HoldClient> {
    const client = new ClientV1(INFO, { capabilities: CAPABILITIES });
    client.setRequestHandler(ElicitRequestSchema, async ({ params }: Json) => ({
      action: await ask(params.url),
    }));
    const transport =
      this.transport === 'HTTP' ? new HttpV1(...this.#http(key)) : new StdioV1(this.#stdio(key));
    await client.connect(transport as Json);
    return {
      call: (line, more = {}) =>
        client.request(
          { method: 'tools/call', params: { name: 'append', arguments: { line }, ...more } },
          CallToolResultSchema,
        ),
      kill: () => kill(client, transport),
    };
  }

  #http(key = this.key('agent')): [URL, { readonly requestInit: RequestInit }] {
    return [
      new URL(this.#running().mcp_url),
      { requestInit: { headers: { authorization: `Bearer ${key}` } } },
    ];
  }

  #stdio(key: string | undefined) {
    const env = { ...ENVIRONMENT, ...(key !== undefined && { WCP_HALL_KEY: key }) };
    const args = [PROGRAM, 'mcp', 'serve', this.dir];
    return { command: process.execPath, args, env, stderr: 'ignore' as const };
  }

  #serve(): Promise<ChildProcess> {
    const child = start(['mcp', 'serve', this.dir, '--http', '--json']);
    let err = '';
    child.stderr?.on('data', (chunk) => {
      err += chunk;
    });
    return new Promise((resolve, reject) => {
      child.stdout?.once('data', () => resolve(child));
      child.once('close', () => reject(new Error(`The gateway ended: ${err}`)));
    });
  }

  #running(): { readonly mcp_url: string; readonly hall_url: string } {
    return JSON.parse(readFileSync(join(this.dir, 'running.json'), 'utf8'));
  }

  #write(name: string, document: object): void {
    writeFileSync(join(this.dir, name), JSON.stringify(document));
  }
}

async function kill(
  client: { close(): Promise<void> },
  transport: { readonly pid?: number | null | undefined } | HttpV1 | HttpV2,
): Promise<void> {
  const pid = 'pid' in transport ? transport.pid : null;
  if (typeof pid === 'number') {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has gone by itself.
    }
  }
  await client.close().catch(() => undefined);
}

function killed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('close', () => resolve());
    child.kill('SIGKILL');
  });
}
