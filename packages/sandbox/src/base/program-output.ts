import { spawn } from 'node:child_process';
import { childStdio } from './child-stdio.ts';
import type { User } from './user.ts';

/** How a program is run for what it writes. */
export interface ProgramRun {
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly user?: User | null;
  /** Milliseconds after which it is killed (default 10,000). */
  readonly timeout_ms?: number;
  /** Bytes that it may write (default 1 MiB). */
  readonly max_bytes?: number;
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 1024 * 1024;

/**
 * What a program writes to its standard output. It gets no input, no descriptor of this process, no variable but those
 * that are named, and is killed with its process group when it takes too long or writes too much. Rejects unless it
 * ends with status 0; the error quotes nothing of its output.
 *
 * @example
 * import { programOutput } from '@wcp/sandbox';
 *
 * const version = await programOutput(['bwrap', '--version'], { env: { PATH: '/usr/bin' } });
 * console.log(version.toString());
 */
export function programOutput(
  [program = '', ...words]: readonly string[],
  { env, cwd, user, timeout_ms = TIMEOUT_MS, max_bytes = MAX_BYTES }: ProgramRun,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { stdio, close } = childStdio(['ignore', 'pipe', 'ignore']);
    const options = { env: { ...env }, stdio: [...stdio], detached: true, ...(cwd !== undefined && { cwd }) };
    const child = spawn(program, words, { ...options, ...user });
    close();
    const chunks: Buffer[] = [];
    let length = 0;
    const kill = () => {
      if (child.pid !== undefined) killGroup(child.pid);
      // What left the group may still hold it.
      child.stdout?.destroy();
    };
    const timer = setTimeout(kill, timeout_ms);
    child.stdout?.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > max_bytes) kill();
      else chunks.push(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === 0 && length <= max_bytes) resolve(Buffer.concat(chunks));
      else reject(new Error(`${program} failed.`));
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
