import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const program = fileURLToPath(new URL('./odd-worker.ts', import.meta.url));

/** A line of JSON, as a test reads it. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever member it is about.
type Line = any;

/** A worker that runs as a process and is spoken to line by line. */
export interface Conversation {
  readonly child: ChildProcessWithoutNullStreams;
  say(value: unknown): void;
  /** The next line that it writes. */
  hear(): Promise<Line>;
}

/** Starts the worker of these tests. */
function spawnWorker(argv: readonly string[], env: Readonly<Record<string, string>>): Conversation {
  const child = spawn(process.execPath, [program, ...argv], { env: { ...process.env, ...env } });
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    say: (value) => child.stdin.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`),
    hear: async () => JSON.parse((await lines.next()).value ?? 'null'),
  };
}

/** Starts it until the end of the test. */
export function startWorker(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Conversation {
  const worker = spawnWorker(argv, env);
  onTestFinished(() => {
    worker.child.kill('SIGKILL');
  });
  return worker;
}

/** Starts it over HTTP until the end of the test, and returns its address. */
export async function startHttp(env: Readonly<Record<string, string>> = {}) {
  const worker = startWorker(['--http', '0'], env);
  return { ...worker, url: (await worker.hear()).listening as string };
}

/** Starts it over HTTP for all tests of a file. */
export async function shareHttp() {
  const worker = spawnWorker(['--http', '0'], {});
  return { ...worker, url: (await worker.hear()).listening as string };
}

/** The exit code of a process. */
export async function exitOf({ child }: Conversation): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}
