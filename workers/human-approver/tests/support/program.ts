import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** The program as an operator starts it, with its output. */
export interface Program {
  readonly stdout: string;
  readonly stderr: string;
  /** Stops it, and gives its exit code. */
  stop(): Promise<number | null>;
}

/** Starts the program with `--web`, and waits until it listens (and has printed its sign-in link) or has ended. */
export async function startProgram(
  operands: readonly string[],
  env: Readonly<Record<string, string>>,
  main = MAIN,
): Promise<Program> {
  const child = spawn(process.execPath, [main, '--web', ...operands], { env });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    output.stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  onTestFinished(async () => {
    await stop();
  });
  await Promise.race([ended, isListening(child, output, env)]);
  return Object.assign(output, { stop });
}

/** Without a password the program prints a sign-in link on standard error. */
async function isListening(
  { stdout, stderr }: ChildProcessWithoutNullStreams,
  output: { readonly stdout: string; readonly stderr: string },
  { WCP_APPROVER_TOKEN }: Readonly<Record<string, string>>,
): Promise<void> {
  while (!output.stdout.includes('\n')) await once(stdout, 'data');
  while (WCP_APPROVER_TOKEN === undefined && !output.stderr.includes('\n')) await once(stderr, 'data');
}
