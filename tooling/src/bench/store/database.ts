import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const DEBIAN = '/usr/lib/postgresql';

/** A server of PostgreSQL for one run of the bench. */
export interface Database {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts Debian's server, as durable as one in production; null where there is none. */
export async function startDatabase(): Promise<Database | null> {
  const [newest] = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  if (newest === undefined) return null;
  const programs = join(DEBIAN, newest, 'bin');
  const folder = mkdtempSync(join(tmpdir(), 'wcp-bench-database-'));
  const owner = ownerOf(folder);
  const run = (program: string, args: readonly string[]) =>
    execFileSync(join(programs, program), args, { ...owner, cwd: folder, stdio: 'pipe' });
  const data = join(folder, 'data');
  run('initdb', ['-D', data, '-U', 'wcp', '-A', 'trust', '-E', 'UTF8', '--no-locale']);
  const args = ['-D', data, '-k', folder, '-c', 'listen_addresses='];
  const server = spawn(join(programs, 'postgres'), args, { ...owner, cwd: folder, stdio: 'ignore' });
  while (!isReady(() => run('pg_isready', ['-h', folder]))) await pause(50);
  return {
    url: `postgres://wcp@localhost/postgres?host=${encodeURIComponent(folder)}`,
    close: () => closed(server, folder),
  };
}

async function closed(server: ChildProcess, folder: string): Promise<void> {
  const exited = once(server, 'exit');
  server.kill('SIGINT');
  await exited;
  rmSync(folder, { recursive: true, force: true });
}

/** The server refuses to run as root: there it runs as the user that came with it. */
function ownerOf(folder: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [uid = 0, gid = 0] = ['-u', '-g'].map((option) => Number(execFileSync('id', [option, 'postgres'])));
  chownSync(folder, uid, gid);
  return { uid, gid };
}

function isReady(ask: () => unknown): boolean {
  try {
    ask();
    return true;
  } catch {
    return false;
  }
}
