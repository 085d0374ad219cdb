import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { childStdio } from '../base/child-stdio.ts';
import { memoryFile } from '../base/memory-file.ts';
import type { User } from '../base/user.ts';
import type { Machine } from '../seccomp/build-filter.ts';
import { seccompFilter } from '../seccomp/seccomp-filter.ts';
import { buildView } from '../view/build-view.ts';
import { bwrapArguments } from '../view/bwrap-arguments.ts';
import { programEntries } from '../view/program/program-entries.ts';

/** How a run in a sandbox went. */
interface BoxedRun {
  /** What bubblewrap calls its version; null where it did not say. */
  readonly version: string | null;
  /** What it complained about; null where it made the sandbox. */
  readonly fault: string | null;
}

const PROGRAM = '/opt/bwrap';
const DISK_BYTES = 65_536;
const TIMEOUT_MS = 5_000;

/** Runs bubblewrap in a sandbox of its own making, where it says its version: nothing else need be installed. */
export async function runBoxed(bwrap: string, machine: Machine, user: User | null): Promise<BoxedRun> {
  const view = buildView({
    programs: programEntries(bwrap, PROGRAM),
    package: [],
    secrets: {},
    network: [],
    binds: [],
    disk_bytes: DISK_BYTES,
  });
  const descriptors = { seccomp: 4, files: 5 };
  const options = bwrapArguments({ view, env: {}, folder: '/', sharesNetwork: false, descriptors });
  const contents = view.flatMap((entry) => (entry.kind === 'file' ? [entry.bytes] : []));
  const bytes = [Buffer.from(`${options.join('\0')}\0`), seccompFilter(machine, true), ...contents];
  const files = bytes.map(memoryFile);
  try {
    return await run(bwrap, files, user);
  } finally {
    for (const fd of files) closeSync(fd);
  }
}

function run(bwrap: string, files: readonly number[], user: User | null): Promise<BoxedRun> {
  return new Promise((resolve) => {
    const { stdio, close } = childStdio(['ignore', 'pipe', 'pipe', ...files]);
    const child = spawn(bwrap, ['--args', '3', '--', PROGRAM, '--version'], {
      stdio: [...stdio],
      env: {},
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      ...user,
    });
    close();
    let [said, complained] = ['', ''];
    child.stdout?.on('data', (chunk) => (said += chunk));
    child.stderr?.on('data', (chunk) => (complained += chunk));
    child.on('error', ({ message }) => resolve({ version: null, fault: message }));
    child.on('close', (code, signal) => {
      const [, version = null] = /^bubblewrap (\S+)/.exec(said) ?? [];
      const fault = complained.trim().split('\n')[0] || `it ended with ${signal ?? code}`;
      resolve({ version, fault: code === 0 && version !== null ? null : fault.slice(0, 200) });
    });
  });
}
