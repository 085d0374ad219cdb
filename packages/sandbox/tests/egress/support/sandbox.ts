import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'vitest';
import type { EgressBroker } from '../../../src/index.ts';

/** What a program left behind. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A program of the machine that a test needs. */
export function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}

/** Whether this machine can make a network namespace: it has bubblewrap and lets it. */
export const canIsolate = isInstalled('bwrap') && works('bwrap', [...isolationFlags(), '/bin/true']);

/** A test that needs a network namespace. */
export const isolated = test.skipIf(!canIsolate);

/** Whether a test can make a certificate. */
export const canCertify = isInstalled('openssl');

/** A test that needs a network namespace and a certificate. */
export const secured = test.skipIf(!canIsolate || !canCertify);

/** How a test runs a command. */
interface RunOptions {
  readonly env?: Record<string, string>;
  /** Files under `/run`, by their path in it. */
  readonly files?: Record<string, string>;
  /** Milliseconds until it is killed (default 40,000). */
  readonly timeout?: number;
  /** The uid of another user. */
  readonly user?: number;
}

/** Runs a command without any network but its own loopback, with the way out that a broker gives. */
export async function runIsolated(
  broker: EgressBroker,
  command: readonly string[],
  { env = {}, files = {}, timeout = 40_000, user }: RunOptions = {},
): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-egress-test-'));
  chmodSync(folder, 0o755);
  try {
    for (const { path, bytes } of broker.files) write(folder, path.replace('/run', ''), bytes);
    for (const [path, content] of Object.entries(files)) write(folder, path, content);
    const binds = readdirSync(folder).flatMap((name) => ['--ro-bind', join(folder, name), `/run/${name}`]);
    binds.unshift('--tmpfs', '/run', '--ro-bind', broker.folder, '/run/egress');
    const become =
      user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--'];
    const [file = '', ...args] = [...become, 'bwrap', ...isolationFlags(), ...binds, '--', ...command];
    const child = spawn(file, args, {
      env: { PATH: process.env['PATH'], ...broker.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      killSignal: 'SIGKILL',
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, out: out.trim(), err: err.trim() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a module in an isolated Node with the preload. */
export function runNode(
  broker: EgressBroker,
  module: string,
  env: Record<string, string> = {},
  timeout = 40_000,
): Promise<Ran> {
  const command = [process.execPath, ...broker.nodeArguments, '/run/worker/main.mjs'];
  return runIsolated(broker, command, { env, timeout, files: { '/worker/main.mjs': module } });
}

/** Runs any other program behind the forwarder. */
export function runForwarded(
  broker: EgressBroker,
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<Ran> {
  return runIsolated(broker, [process.execPath, ...broker.forwarderArguments, ...command], { env });
}

function isolationFlags(): string[] {
  return [
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/dev/shm'],
    ...[
      '--unshare-user',
      '--unshare-net',
      '--unshare-pid',
      '--unshare-ipc',
      '--die-with-parent',
      '--new-session',
    ],
  ];
}

function works(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function write(folder: string, path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}
