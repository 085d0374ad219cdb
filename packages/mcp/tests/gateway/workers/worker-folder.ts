import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RegistryRecord, recordHash } from '@wcp/spec';
import { onTestFinished } from 'vitest';
import type { Caller, CallOutcome, GatewayCall } from '../../../src/base/gateway.ts';
import { type OpenGateway, openGateway } from '../../../src/index.ts';
import { testFolder } from '../../upstream/scripted.ts';

/** A real worker: one file that the Hall starts as a process. */
const HELLO = join(import.meta.dirname, '../../../../hall/example/workers/hello');

export const TOOL = {
  title: 'Greet',
  description: 'Greets somebody by name.',
  input_schema: {
    type: 'object',
    properties: { name: { type: 'string', minLength: 1 }, title: { enum: ['Dr', 'Ms'] } },
    required: ['name'],
    additionalProperties: false,
  },
  output_schema: { type: 'object', properties: { greeting: { type: 'string' } }, required: ['greeting'] },
} as const;

const CAPABILITY = 'cap.hello.greet';
export const ARGUMENTS = { name: 'Ada' };

/** A folder with a gateway before one worker of its Hall. */
export class WorkerFolder {
  readonly dir = testFolder();
  readonly package = join(testFolder(), 'hello');
  readonly held: { readonly approval_id: string; readonly url: string }[] = [];
  gateway!: OpenGateway;
  caller!: Caller;

  /**
   * Its calls run, unless `more` says otherwise: also where this machine contains no worker.
   *
   * @param tool what the record says of its capability as a tool; null for nothing
   */
  static async open(
    tool: object | null = TOOL,
    change: object = {},
    more: object = {},
  ): Promise<WorkerFolder> {
    const folder = new WorkerFolder();
    cpSync(HELLO, folder.package, { recursive: true });
    const code = join(folder.package, 'worker.mjs');
    writeFileSync(code, WorkerFolder.slowly(readFileSync(code, 'utf8')));
    folder.setRecord({ ...(tool !== null && { ext: { tools: { [CAPABILITY]: tool } } }), ...change });
    await folder.start({ servers: {}, workers: { run: [CAPABILITY] }, ...more });
    onTestFinished(() => folder.gateway.close());
    return folder;
  }

  async start(settings?: object): Promise<void> {
    this.gateway = await openGateway({
      dir: this.dir,
      env: {},
      version: '1.0.0',
      log: () => {},
      workers: [{ dir: `../${this.package.split('/').slice(-2).join('/')}`, program: 'worker.mjs' }],
      onHeld: (notice) => this.held.push(notice),
      ...(settings !== undefined && { settings }),
    });
    const caller = await this.gateway.authenticate((await this.gateway.agentKey()) ?? '');
    if (caller === null) throw new Error('The agent of the folder has no key.');
    this.caller = caller;
  }

  record(): RegistryRecord {
    return JSON.parse(readFileSync(join(this.package, 'registry_record.json'), 'utf8'));
  }

  /** Changes the record in the package, and seals it. */
  setRecord(change: object): void {
    const { artifact_hash: _, ...record } = { ...this.record(), ...change };
    const sealed = { ...record, artifact_hash: recordHash(record) };
    writeFileSync(join(this.package, 'registry_record.json'), JSON.stringify(sealed));
  }

  /** Greetings of this name take for ever. */
  static readonly SLOW = 'Methuselah';

  /** Must be called before the folder is opened. */
  static slowly(code: string): string {
    const waits = `if (call?.request?.name === '${WorkerFolder.SLOW}') await new Promise((r) => setTimeout(r, 600_000));`;
    return code
      .replace(
        'function answerLine(line) {',
        `async function answerLine(line) {\n  const call = read(line);\n  ${waits}`,
      )
      .replace('worker in one file', 'slow worker in one file');
  }

  changeCode(): void {
    appendFileSync(join(this.package, 'worker.mjs'), '// another\n');
  }

  async tools(): Promise<readonly { readonly name: string; readonly description: string }[]> {
    return (await this.gateway.gateway.listTools(this.caller)) as never[];
  }

  call(given: object, call: Partial<GatewayCall> = {}, name = 'hello_greet'): Promise<CallOutcome> {
    const signal = new AbortController().signal;
    return this.gateway.gateway.callTool(this.caller, { name, arguments: given }, { signal, ...call });
  }

  async resolve(approval_id: string, resolution: 'approve' | 'deny'): Promise<number> {
    const { status } = await this.asks('/wcp/approvals/resolve', 'steward', { approval_id, resolution });
    return status;
  }

  /** How many receipts of each kind the agent's calls left. */
  async receipts(): Promise<Readonly<Record<string, number>>> {
    const answer = await this.asks('/wcp/receipts?limit=200&stream=agent.local', 'operator');
    const { items } = (await answer.json()) as {
      items: { receipt: { kind: string; correlation_id: string } }[];
    };
    const counts: Record<string, number> = {};
    for (const { receipt } of items) {
      if (receipt.correlation_id.startsWith('mcp-list-')) continue;
      counts[receipt.kind] = (counts[receipt.kind] ?? 0) + 1;
    }
    return counts;
  }

  key(name: 'agent' | 'steward' | 'operator'): string {
    return readFileSync(join(this.dir, `keys/${name}.key`), 'utf8').trim();
  }

  asks(path: string, key: 'steward' | 'operator', body?: object): Promise<Response> {
    return fetch(new URL(path, this.gateway.urls?.hall), {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${this.key(key)}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }
}
