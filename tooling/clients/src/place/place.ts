import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Target } from '../client/client.ts';
import { PATH } from '../client/programs.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const WCP = here('../../../../packages/cli/bin/wcp.mjs');
const FILESYSTEM = here('../../node_modules/@modelcontextprotocol/server-filesystem/dist/index.js');

/** What a program printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder of this machine with notes in it, and gateways before a real filesystem server. */
export class Place {
  readonly home = mkdtempSync(join(tmpdir(), 'wcp-clients-'));
  /** What the server may touch: `a.txt` is to be read, and stays where it is. */
  readonly data = join(this.home, 'data');
  readonly file = join(this.data, 'a.txt');
  /** Each message that a server of the notes gets. */
  readonly #log = join(this.home, 'messages');
  #serving: ChildProcess | null = null;

  constructor() {
    mkdirSync(this.data);
    writeFileSync(this.file, 'hello from behind the Hall');
  }

  get env(): Record<string, string> {
    return { HOME: this.home, PATH };
  }

  /** The command that starts a gateway of its own folder before the command of a server. */
  wrap(
    name: string,
    options: readonly string[],
    command: readonly string[],
  ): Target & { readonly kind: 'stdio' } {
    const words = ['mcp', 'wrap', ...options, '--dir', this.dir(name), '--', ...command];
    return { kind: 'stdio', command: process.execPath, args: [WCP, ...words], env: this.env };
  }

  /** The folder of a gateway. */
  dir(name: string): string {
    return join(this.home, `gateway-${name.replaceAll(/[^a-z0-9]+/g, '-')}`);
  }

  /** A key of such a folder. */
  key(name: string, whose: 'agent' | 'steward' | 'operator'): string {
    return readFileSync(join(this.dir(name), 'keys', `${whose}.key`), 'utf8').trim();
  }

  /** How many calls of a tool the servers of the notes got. */
  calls(tool: string): number {
    if (!existsSync(this.#log)) return 0;
    const messages = readFileSync(this.#log, 'utf8').split('\n').filter(Boolean);
    return messages
      .map((line) => JSON.parse(line) as { method?: string; params?: { name?: string } })
      .filter(({ method, params }) => method === 'tools/call' && params?.name === tool).length;
  }

  /** Runs `wcp` to its end. */
  wcp(args: readonly string[]): Promise<Ended> {
    return this.#run([WCP, ...args]);
  }

  /**
   * A gateway for one client alone: it lets read, holds what writes, and has no rule for `move_file`, which its server has
   * and its list shows.
   */
  async notes(name: string): Promise<Target> {
    const command = ['sh', '-c', 'tee -a "$0" | "$@"', this.#log, process.execPath, FILESYSTEM, this.data];
    const prepared = this.dir('prepared');
    const target = this.wrap('prepared', ['--trust'], command);
    await this.#once(prepared, async () => {
      const { code, err } = await this.#run(target.args);
      if (code !== 0) throw new Error(`The gateway did not start: ${err}`);
      removeRule(join(prepared, 'rules.json'), '.move-file');
    });
    cpSync(prepared, this.dir(name), { recursive: true });
    for (const each of ['.', 'keys']) chmodSync(join(this.dir(name), each), 0o700);
    return this.wrap(name, ['--trust'], command);
  }

  /** The same over HTTP, for all clients. */
  async http(): Promise<Target> {
    await this.notes('http');
    const dir = this.dir('http');
    const file = join(dir, 'mcp.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), http: { port: 0 } }));
    const child = spawn(process.execPath, [WCP, 'mcp', 'serve', dir, '--http', '--json'], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#serving = child;
    const { urls } = JSON.parse(await firstLine(child)) as { urls: { agents: string } };
    const headers = { Authorization: `Bearer ${this.key('http', 'agent')}` };
    return { kind: 'http', url: urls.agents, headers };
  }

  async close(): Promise<void> {
    const child = this.#serving;
    if (child !== null && child.exitCode === null) {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(this.home, { recursive: true, force: true });
  }

  readonly #done = new Map<string, Promise<void>>();

  #once(name: string, act: () => Promise<void>): Promise<void> {
    const doing = this.#done.get(name) ?? act();
    this.#done.set(name, doing);
    return doing;
  }

  #run(args: readonly string[]): Promise<Ended> {
    return new Promise((resolve) => {
      const options = { env: this.env, timeout: 60_000 };
      const child = execFile(process.execPath, args, options, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err });
      });
      child.stdin?.end();
    });
  }
}

/** What has no rule is denied, also where a list shows it. */
function removeRule(file: string, ending: string): void {
  const document = JSON.parse(readFileSync(file, 'utf8')) as { rules: { rule_id: string }[] };
  const rules = document.rules.filter(({ rule_id }) => !rule_id.endsWith(ending));
  if (rules.length !== document.rules.length - 1) throw new Error(`${file} has no rule for ${ending}.`);
  writeFileSync(file, JSON.stringify({ ...document, rules }));
}

function firstLine({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    stdout?.once('end', () => reject(new Error('The gateway ended before it was ready.')));
  });
}
