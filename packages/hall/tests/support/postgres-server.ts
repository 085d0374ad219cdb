import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
// @boundaries-ignore Files of tests share a process, and clean up after themselves in one way.
import { afterFile } from '../../../../tooling/src/vitest/clean-up.ts';

/** A PostgreSQL server of a test, on a socket in a folder of its own. */
export interface PostgresServer {
  /** The address of a database. */
  readonly url: string;
  /** Ends it as a power cut would, and waits until it is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Runs a statement as its superuser. */
  run(sql: string): string;
}

const DEBIAN = '/usr/lib/postgresql';

/** Where the programs of the newest installed server are; null where there is none. */
export function postgresPrograms(): string | null {
  if (!existsSync(DEBIAN)) return null;
  const newest = readdirSync(DEBIAN)
    .filter((version) => existsSync(join(DEBIAN, version, 'bin', 'initdb')))
    .sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? null : join(DEBIAN, newest, 'bin');
}

/** Starts a server that is as durable as one in production, and gone after the file of tests. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = postgresPrograms() as string;
  const folder = mkdtempSync(join(tmpdir(), 'wcp-postgres-'));
  const owner = userOf(folder);
  const data = join(folder, 'data');
  const run = (program: string, args: readonly string[]) =>
    execFileSync(join(programs, program), args, { ...owner, cwd: folder, stdio: 'pipe', encoding: 'utf8' });
  run('initdb', ['-D', data, '-U', 'wcp', '-A', 'trust', '-E', 'UTF8', '--no-locale']);
  let server: ChildProcess | null = null;
  const address = `postgres://wcp@localhost/postgres?host=${encodeURIComponent(folder)}`;
  const start = async () => {
    const args = ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'max_wal_size=64MB'];
    server = spawn(join(programs, 'postgres'), args, { ...owner, cwd: folder, stdio: 'ignore' });
    while (!isReady(() => run('pg_isready', ['-h', folder, '-U', 'wcp']))) await pause(50);
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
    start,
    kill: () => end('SIGKILL'),
    run: (sql) => run('psql', ['-h', folder, '-U', 'wcp', '-d', 'postgres', '-tAc', sql]).trim(),
  };
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
