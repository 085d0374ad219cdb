import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const WCP = here('../../../packages/cli/bin/wcp.mjs');
const SERVER = here('../node_modules/@modelcontextprotocol/server-filesystem/dist/index.js');

/** Where a client finds a gateway: a command to start, or an address with a key. */
export type Target =
  | {
      readonly kind: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Record<string, string>;
    }
  | { readonly kind: 'http'; readonly url: string; readonly headers: { readonly Authorization: string } };

/** A folder of this machine with a file to read, and gateways before a real filesystem server. */
export class Place {
  readonly home = mkdtempSync(join(tmpdir(), 'wcp-clients-'));
  readonly file = join(this.home, 'data', 'a.txt');
  #serving: ChildProcess | null = null;

  constructor() {
    mkdirSync(join(this.home, 'data'));
    writeFileSync(this.file, 'hello from behind the Hall');
  }

  get env(): Record<string, string> {
    return { HOME: this.home, PATH: process.env['PATH'] ?? '' };
  }

  /** Each client starts a gateway of its own. */
  stdio(name: string): Target {
    const words = ['mcp', 'wrap', '--trust', '--dir', join(this.home, `stdio-${name}`), '--'];
    const args = [WCP, ...words, process.execPath, SERVER, join(this.home, 'data')];
    return { kind: 'stdio', command: process.execPath, args, env: this.env };
  }

  /** All share one gateway over HTTP, started here. */
  async http(): Promise<Target> {
    const dir = join(this.home, 'http');
    mkdirSync(dir);
    const files = { command: process.execPath, args: [SERVER, join(this.home, 'data')], trust: 'annotations' };
    writeFileSync(join(dir, 'mcp.json'), JSON.stringify({ prefix: false, http: { port: 0 }, servers: { files } }));
    const child = spawn(process.execPath, [WCP, 'mcp', 'serve', dir, '--http', '--json'], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#serving = child;
    const { urls } = JSON.parse(await firstLine(child)) as { urls: { agents: string } };
    const key = readFileSync(join(dir, 'keys/agent.key'), 'utf8').trim();
    return { kind: 'http', url: urls.agents, headers: { Authorization: `Bearer ${key}` } };
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
