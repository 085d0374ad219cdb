import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../../repository/root.ts';
import { HttpClient } from './http-client.ts';
import { StdioClient } from './stdio-client.ts';

const WCP = join(ROOT, 'packages/cli/bin/wcp.mjs');
const FILESYSTEM = '@modelcontextprotocol/server-filesystem';
/** Prints, when asked by a signal, what its process holds. */
const PRINTER = fileURLToPath(new URL('./print-memory.ts', import.meta.url));

/** A folder with a file to read, and whatever gateways make; `remove` leaves nothing of it. */
export class Place {
  readonly #home = mkdtempSync(join(tmpdir(), 'wcp-bench-mcp-'));
  readonly file = join(this.#home, 'data/a.txt');

  constructor() {
    mkdirSync(dirname(this.file));
    writeFileSync(this.file, 'hello');
  }

  /** The arguments of Node that start the server for files. */
  get filesystem(): readonly string[] {
    const packages = createRequire(join(ROOT, 'packages/mcp/package.json'));
    const folder = dirname(packages.resolve(`${FILESYSTEM}/package.json`));
    return [join(folder, 'dist/index.js'), dirname(this.file)];
  }

  /** A client of a server, with nothing between them. */
  direct(server: readonly string[]): Promise<StdioClient> {
    return StdioClient.open({ args: server, env: this.#env });
  }

  /** A client of a server behind `wcp mcp wrap`, as a configuration starts it; another name is another folder. */
  wrapped(name: string, server: readonly string[]): Promise<StdioClient> {
    const wrap = ['mcp', 'wrap', '--trust', '--dir', join(this.#home, name)];
    const args = ['--expose-gc', '--import', PRINTER, WCP, ...wrap, '--', process.execPath, ...server];
    return StdioClient.open({ args, env: this.#env });
  }

  /** A client over HTTP of the gateway that runs in a folder. */
  overHttp(name: string): Promise<HttpClient> {
    const { mcp_url } = JSON.parse(readFileSync(join(this.#home, name, 'running.json'), 'utf8'));
    return HttpClient.open(mcp_url, readFileSync(join(this.#home, name, 'keys/agent.key'), 'utf8').trim());
  }

  remove(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }

  get #env(): Readonly<Record<string, string>> {
    return { HOME: this.#home, PATH: dirname(process.execPath) };
  }
}
