import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'vitest';
import type { EgressBroker } from '../../../src/egress/index.ts';

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

/** A test that needs a network namespace: bubblewrap, on a machine that lets it make one. */
export const isolated = test.skipIf(
  !(isInstalled('bwrap') && works('bwrap', [...isolationFlags(), '/bin/true'])),
);

/** Runs a command without any network but its own loopback, with the way out that a broker gives. */
export async function runIsolated(
  broker: EgressBroker,
  command: readonly string[],
  options: {
    readonly env?: Record<string, string>;
    readonly files?: Record<string, string>;
    readonly timeout?: number;
  } = {},
): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-egress-test-'));
  try {
    for (const { path, bytes } of broker.files) write(folder, path, bytes);
    for (const [path, content] of Object.entries(options.files ?? {})) write(folder, path, content);
    const binds = ['--tmpfs', '/run', '--ro-bind', broker.folder, '/run/egress'];
    binds.push('--ro-bind', join(folder, 'run/wcp'), '/run/wcp');
    if (options.files !== undefined) binds.push('--ro-bind', join(folder, 'worker'), '/run/worker');
    const child = spawn('bwrap', [...isolationFlags(), ...binds, '--', ...command], {
      env: { PATH: process.env['PATH'], ...broker.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeout ?? 40_000,
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
