import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHallClient, type HallClient } from '@wcp/client';
import { PROGRAM, scratch } from '../support.ts';
import { type Program, RawStdioClient } from './raw-client.ts';

export const SERVER = join(import.meta.dirname, 'server.mjs');

/** The servers behind the gateway, by alias. */
export const UPSTREAMS = ['stdio-new', 'stdio-old', 'http-new', 'http-old'] as const;
export type Upstream = (typeof UPSTREAMS)[number];

/** Tools that share a name are held to shadow each other. */
export const prefixOf = (upstream: Upstream) => `${upstream}-`;
const revisionOf = (upstream: Upstream) => (upstream.endsWith('new') ? 'modern' : 'legacy');

/** What starting several programs may take on a busy machine. */
export const START_MS = 60_000;

/** A process of `wcp mcp serve` with two servers that it starts and two that it reaches over HTTP. */
export class ServedGateway {
  readonly dir: string;
  readonly #servers: readonly ChildProcess[];
  /** The client at its standard input. */
  readonly own: RawStdioClient;
  readonly urls: Readonly<Partial<Record<Upstream, string>>>;

  private constructor(
    dir: string,
    servers: readonly ChildProcess[],
    own: RawStdioClient,
    urls: ServedGateway['urls'],
  ) {
    this.dir = dir;
    this.#servers = servers;
    this.own = own;
    this.urls = urls;
  }

  static async open(more: object = {}): Promise<ServedGateway> {
    const dir = join(scratch(), 'gateway');
    mkdirSync(dir);
    const started = ['http-new', 'http-old'].map((upstream) => startHttp(dir, upstream as Upstream));
    const [newUrl = '', oldUrl = ''] = await Promise.all(started.map(({ url }) => url));
    const common = { trust: 'annotations', interval_ms: 600_000, ...more };
    const stdio = (upstream: Upstream) => ({
      command: process.execPath,
      args: [SERVER],
      deny: [`${prefixOf(upstream)}forbidden`],
      env: serverEnv(dir, upstream),
      ...common,
    });
    const servers = {
      'stdio-new': stdio('stdio-new'),
      'stdio-old': stdio('stdio-old'),
      'http-new': { url: newUrl, ...common },
      'http-old': { url: oldUrl, ...common },
    };
    writeFileSync(join(dir, 'mcp.json'), JSON.stringify({ servers, prefix: false }));
    const own = await RawStdioClient.open('2025-11-25', serveProgram(dir));
    const urls = { 'http-new': newUrl, 'http-old': oldUrl };
    return new ServedGateway(
      dir,
      started.map(({ child }) => child),
      own,
      urls,
    );
  }

  /** Where its faces are. */
  get running(): { readonly mcp_url: string; readonly hall_url: string } {
    return JSON.parse(readFileSync(join(this.dir, 'running.json'), 'utf8'));
  }

  key(name: 'agent' | 'operator' | 'steward'): string {
    return readFileSync(join(this.dir, `keys/${name}.key`), 'utf8').trim();
  }

  /** A client of the Hall for whoever runs it. */
  get operator(): HallClient {
    return createHallClient({ url: this.running.hall_url, key: this.key('operator') });
  }

  /** Another gateway in front of this one's Hall, as another machine would start it. */
  get remoteProgram(): Program {
    const { hall_url } = this.running;
    return {
      args: [PROGRAM, 'mcp', 'serve', '--hall', hall_url, '--tenant', 'agent.local'],
      env: { WCP_HALL_KEY: this.key('agent') },
    };
  }

  /** The same command again: it finds the folder taken and relays. */
  get relayProgram(): Program {
    return serveProgram(this.dir);
  }

  /** What a server saw of the call with a key. */
  saw(upstream: Upstream, key: string): string[] {
    return readFileSync(join(this.dir, `${upstream}.log`), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
      .flatMap((each) => (each.key === key ? [each.saw] : []));
  }

  async close(): Promise<void> {
    await this.own.close();
    for (const child of this.#servers) child.kill('SIGKILL');
  }
}

/** The environment of a server, which writes its log into a folder. */
export function serverEnv(dir: string, upstream: Upstream): Record<string, string> {
  const LOG = join(dir, `${upstream}.log`);
  writeFileSync(LOG, '');
  return { LOG, REVISION: revisionOf(upstream), PREFIX: prefixOf(upstream) };
}

function serveProgram(dir: string): Program {
  return { args: [PROGRAM, 'mcp', 'serve', dir], env: { HOME: dir } };
}

function startHttp(dir: string, upstream: Upstream): { child: ChildProcess; url: Promise<string> } {
  const child = spawn(process.execPath, [SERVER], { env: { ...serverEnv(dir, upstream), HTTP: '1' } });
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (said: Buffer) => resolve(said.toString('utf8').trim()));
    child.once('exit', () => reject(new Error('The server ended.')));
  });
  return { child, url };
}
