import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** The program as an operator starts it, with what it said. */
export interface Program {
  readonly stdout: string;
  readonly stderr: string;
  /** Asks it to end, and gives its exit code. */
  stop(): Promise<number | null>;
}

/** Starts the program with `--web` and waits until it listens or has ended. */
export async function startProgram(
  operands: readonly string[],
  env: Readonly<Record<string, string>>,
  main = MAIN,
): Promise<Program> {
  const child = spawn(process.execPath, [main, '--web', ...operands], { env });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  onTestFinished(async () => {
    await stop();
  });
  await Promise.race([ended, isListening(said)]);
  return Object.assign(said, { stop });
}

/** The URL stands on standard output, and the link after it on standard error. */
async function isListening(said: { readonly stdout: string }): Promise<void> {
  while (!said.stdout.includes('\n')) await new Promise((next) => setTimeout(next, 10));
  await new Promise((next) => setTimeout(next, 50));
}
