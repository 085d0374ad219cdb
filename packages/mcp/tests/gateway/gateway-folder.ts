import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Caller, CallOutcome, GatewayCall } from '../../src/base/gateway.ts';
import { type OpenGateway, openGateway } from '../../src/index.ts';
import { testFolder } from '../upstream/scripted.ts';

const SERVER = join(import.meta.dirname, '../servers/scripted.mjs');
const READS = { readOnlyHint: true, openWorldHint: false };

/** A reader, a writer, one that says nothing, and one that nobody may call. */
export const TOOLS: readonly object[] = [
  { name: 'echo', description: 'Echoes.', inputSchema: { type: 'object' }, annotations: READS },
  { name: 'big', inputSchema: { type: 'object' }, annotations: { readOnlyHint: false } },
  { name: 'pid', inputSchema: { type: 'object' } },
  { name: 'environment', inputSchema: { type: 'object' }, annotations: READS },
  { name: 'slow', inputSchema: { type: 'object' }, annotations: READS },
];

/** A folder with a gateway before the scripted server. */
export class GatewayFolder {
  readonly dir: string;
  readonly held: { readonly approval_id: string; readonly url: string }[] = [];
  gateway!: OpenGateway;
  caller!: Caller;

  /** @param dir one that the test removes (default: one that is gone after it) */
  constructor(dir = testFolder()) {
    this.dir = dir;
  }

  /**
   * @param server its settings, or what makes them of the folder
   * @param atEnd what closes it (default: the end of the test)
   */
  static async open(
    server: object | ((dir: string) => object) = {},
    more: object = {},
    atEnd: (end: () => Promise<void> | void) => void = onTestFinished,
  ): Promise<GatewayFolder> {
    const folder = new GatewayFolder(testFolder(atEnd));
    folder.setTools(TOOLS);
    const own = typeof server === 'function' ? server(folder.dir) : server;
    await folder.start({ servers: { files: { ...folder.server(), ...own } }, prefix: false, ...more });
    atEnd(() => folder.gateway.close());
    return folder;
  }

  /** One that was opened and closed: its files are there. */
  static async make(dir?: string): Promise<GatewayFolder> {
    const folder = new GatewayFolder(dir);
    folder.setTools(TOOLS);
    await folder.start({ servers: { files: folder.server() }, prefix: false });
    await folder.gateway.close();
    return folder;
  }

  server(): object {
    const env = { TOOLS: join(this.dir, 'tools.json'), LOG: join(this.dir, 'log') };
    return {
      command: process.execPath,
      args: [SERVER],
      env,
      trust: 'annotations',
      deny: ['environment'],
      interval_ms: 1000,
    };
  }

  async start(settings?: object, env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.gateway = await openGateway({
      dir: this.dir,
      env,
      version: '1.0.0',
      log: () => {},
      onHeld: (notice) => this.held.push(notice),
      ...(settings !== undefined && { settings }),
    });
    const caller = await this.gateway.authenticate((await this.gateway.agentKey()) ?? '');
    if (caller === null) throw new Error('The agent of the folder has no key.');
    this.caller = caller;
  }

  setTools(tools: readonly object[]): void {
    writeFileSync(join(this.dir, 'tools.json'), JSON.stringify(tools));
  }

  edit(file: string, change: (document: Record<string, unknown>) => object): void {
    const path = join(this.dir, file);
    writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
  }

  call(
    name: string,
    given: object = {},
    call: Partial<GatewayCall> = {},
    caller = this.caller,
  ): Promise<CallOutcome> {
    const signal = new AbortController().signal;
    return this.gateway.gateway.callTool(caller, { name, arguments: given }, { signal, ...call });
  }

  /** What a steward does on the page of the Hall. */
  async resolve(
    approval_id: string,
    resolution: 'approve' | 'deny',
    key = this.key('steward'),
  ): Promise<number> {
    const response = await fetch(new URL('/wcp/approvals/resolve', this.gateway.urls?.hall), {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ approval_id, resolution }),
    });
    return response.status;
  }

  /** Another tenant with a key of its own. */
  async newTenant(tenant_id: string): Promise<Caller> {
    const response = await fetch(new URL('/wcp/keys', this.gateway.urls?.hall), {
      method: 'POST',
      headers: { authorization: `Bearer ${this.key('operator')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ label: tenant_id, roles: ['tenant'], tenant_id }),
    });
    const { key } = (await response.json()) as { key: string };
    const caller = await this.gateway.authenticate(key);
    if (caller === null) throw new Error(`${tenant_id} got no key: ${response.status}`);
    return caller;
  }

  key(name: 'agent' | 'steward' | 'operator'): string {
    return readFileSync(join(this.dir, `keys/${name}.key`), 'utf8').trim();
  }

  /** Each message that the server has read. */
  log(): string {
    return readFileSync(join(this.dir, 'log'), 'utf8');
  }

  /** What the server has read. */
  messages(): { readonly method?: string; readonly params?: { readonly name: string } }[] {
    return this.log()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /** The tools that the server was asked to run, as it says itself. */
  ran(): string[] {
    return this.messages().flatMap(({ method, params }) =>
      method === 'tools/call' ? [params?.name ?? ''] : [],
    );
  }

  /** The requests that the server was told to cancel. */
  cancelled(): number {
    return this.messages().filter(({ method }) => method === 'notifications/cancelled').length;
  }

  async receipts(
    kind: string,
    stream = 'agent.local',
  ): Promise<readonly { readonly decision_id: string; readonly kind: string }[]> {
    const response = await fetch(
      new URL(`/wcp/receipts?limit=200&stream=${stream}`, this.gateway.urls?.hall),
      {
        headers: { authorization: `Bearer ${this.key('operator')}` },
      },
    );
    const { items } = (await response.json()) as {
      items: { receipt: { kind: string; decision_id: string } }[];
    };
    return items.map(({ receipt }) => receipt).filter((receipt) => receipt.kind === kind);
  }
}

/** The code of a refusal. */
export function codeOf(outcome: CallOutcome): unknown {
  if (outcome.kind !== 'result') return outcome.kind;
  const { _meta } = outcome.result as { _meta?: Record<string, { code?: unknown }> };
  return _meta?.['org.wcp/refusal']?.code;
}
