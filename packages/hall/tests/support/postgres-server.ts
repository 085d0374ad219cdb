import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
// @boundaries-ignore Files of tests share a process, and clean up after themselves in one way.
import { afterFile } from '../../../../tooling/src/vitest/clean-up.ts';

/** A PostgreSQL server of a test, on a socket in a folder of its own. */
export interface PostgresServer {
  /** The address of a database. */
  readonly url: string;
  readonly port: number;
  /** The PEM of its certificate; empty without TLS. */
  readonly ca: string;
  /** Ends it as a power cut would, and waits until it is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Runs a statement as its superuser. */
  run(sql: string): string;
}

const DEBIAN = '/usr/lib/postgresql';

/** The folder of the programs of a server, where they are elsewhere than Debian has them. */
const GIVEN = process.env['WCP_POSTGRES_BIN'];

const PROGRAMS = findPrograms();

/** Whether there is a server to test with. Never false where `CI` is set: the file of tests fails there instead. */
export const hasPostgres = PROGRAMS !== null;

if (!hasPostgres) {
  const message =
    'PostgreSQL is not installed: its tests cannot run. Install it (Debian: apt-get install postgresql), or name the folder of its programs in WCP_POSTGRES_BIN.';
  if (process.env['CI'] !== undefined) throw new Error(message);
  process.stderr.write(`\n${message} They are SKIPPED.\n\n`);
}

/** Where the programs of the newest installed server are; null where there is none. */
function findPrograms(): string | null {
  if (GIVEN !== undefined) {
    if (existsSync(join(GIVEN, 'initdb'))) return GIVEN;
    throw new Error(`WCP_POSTGRES_BIN names ${GIVEN}, where there is no initdb.`);
  }
  if (!existsSync(DEBIAN)) return null;
  const newest = readdirSync(DEBIAN)
    .filter((version) => existsSync(join(DEBIAN, version, 'bin', 'initdb')))
    .sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? null : join(DEBIAN, newest, 'bin');
}

/**
 * Starts a server that is as durable as one in production, and gone after the file of tests.
 *
 * @param tls whether it answers on a port as well, by TLS, with a certificate of its own for `localhost`
 */
export async function startPostgres({ tls = false } = {}): Promise<PostgresServer> {
  const programs = PROGRAMS as string;
  const folder = mkdtempSync(join(tmpdir(), 'wcp-postgres-'));
  const owner = userOf(folder);
  const data = join(folder, 'data');
  const run = (program: string, args: readonly string[]) =>
    execFileSync(join(programs, program), args, { ...owner, cwd: folder, stdio: 'pipe', encoding: 'utf8' });
  run('initdb', ['-D', data, '-U', 'wcp', '-A', 'trust', '-E', 'UTF8', '--no-locale']);
  const port = tls ? await freePort() : 5432;
  const ca = tls ? makeCertificate(data, owner) : '';
  let server: ChildProcess | null = null;
  const address = `postgres://wcp@localhost:${port}/postgres?host=${encodeURIComponent(folder)}`;
  const start = async () => {
    const network = tls ? ['listen_addresses=127.0.0.1', 'ssl=on'] : ['listen_addresses='];
    const settings = [...network, `port=${port}`, 'max_wal_size=64MB'].flatMap((each) => ['-c', each]);
    const args = ['-D', data, '-k', folder, ...settings];
    server = spawn(join(programs, 'postgres'), args, { ...owner, cwd: folder, stdio: 'ignore' });
    while (!isReady(() => run('pg_isready', ['-h', folder, '-p', `${port}`]))) await pause(50);
  };
  const end = async (signal: NodeJS.Signals) => {
    const ending = server;
    if (ending === null || ending.exitCode !== null) return;
    const exited = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await exited;
    server = null;
  };
  await start();
  afterFile(async () => {
    await end('SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    url: address,
    port,
    ca,
    start,
    kill: () => end('SIGKILL'),
    run: (sql) =>
      run('psql', ['-h', folder, '-p', `${port}`, '-U', 'wcp', '-d', 'postgres', '-tAc', sql]).trim(),
  };
}

/** A key, and the certificate that the server shows. */
function makeCertificate(data: string, owner: { readonly uid?: number; readonly gid?: number }): string {
  const [key, certificate] = [join(data, 'server.key'), join(data, 'server.crt')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
  execFileSync('openssl', [...args, '-keyout', key, '-out', certificate], { ...owner, stdio: 'pipe' });
  return readFileSync(certificate, 'utf8');
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The server does not run as root: there it runs as the user that came with it. */
function userOf(folder: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((option) => Number(execFileSync('id', [option, 'postgres'])));
  chownSync(folder, uid as number, gid as number);
  return { uid: uid as number, gid: gid as number };
}

function isReady(ask: () => unknown): boolean {
  try {
    ask();
    return true;
  } catch {
    return false;
  }
}
