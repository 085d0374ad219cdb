import type { ChildProcess } from 'node:child_process';
// @boundaries-ignore Files of tests share a process, and clean up after themselves in one way.
import { afterFile } from '../../../../tooling/src/vitest/clean-up.ts';
import { start } from './support.ts';

/** A process of `wcp serve` that is ready, and what it has written. */
export interface ServerProcess {
  readonly child: ChildProcess;
  readonly out: string;
  readonly err: () => string;
  /** Everything that it has written so far. */
  readonly all: () => string;
}

/** What `wcp serve` says once it is ready. */
export const READY = /Stop it with Ctrl-C|The Hall is ready/;

/** Starts `wcp serve` as a process on a free port and waits until it is ready. */
export function startServer(dir: string, env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const child = start(['serve', dir, '--port', '0'], { env });
  afterFile(() => ended(child, 'SIGKILL'));
  let [out, err] = ['', ''];
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      if (READY.test(out)) resolve({ child, out, err: () => err, all: () => out + err });
    });
    child.once('close', () => reject(new Error(`It ended: ${out}${err}`)));
  });
}

/** Sends a signal and returns the exit code. */
export function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('close', (code) => resolve(code));
    child.kill(signal);
  });
}
