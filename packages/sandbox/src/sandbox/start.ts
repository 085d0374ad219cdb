import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Duplex, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { notContained } from '../base/errors.ts';
import { inheritedDescriptors } from '../base/inherited-descriptors.ts';
import { memoryFile } from '../base/memory-file.ts';
import type { User } from '../base/user.ts';
import type { Cgroup } from '../limits/cgroup.ts';
import { ownMark } from '../limits/owner-mark.ts';
import { SANDBOX_NAME } from '../limits/remove-stale.ts';
import { rlimitArguments } from '../limits/rlimits.ts';
import type { Machine } from '../seccomp/build-filter.ts';
import { seccompFilter } from '../seccomp/seccomp-filter.ts';
import { bwrapArguments } from '../view/bwrap-arguments.ts';
import type { SandboxPlan } from './plan.ts';

/** What a sandbox is started with. */
export interface StartTools {
  readonly bwrap: string;
  readonly prlimit: string;
  readonly machine: Machine;
  /** Null where this process is not root: then it is its own user. */
  readonly user: User | null;
  readonly cgroup: Cgroup | null;
}

/** A sandbox that runs. */
export interface Started {
  /** bubblewrap, which ends when the program does, with the same status. */
  readonly child: ChildProcess;
  /** The first process inside, by its number on the host: with it everything inside ends. */
  readonly inner: number;
}

/** The descriptors of bubblewrap behind the standard three. */
const FD = { arguments: 3, info: 4, block: 5, seccomp: 6, files: 7 };
const START_MS = 10_000;
const MAX_COMPLAINT = 4_096;

/** Starts the program of a plan: bubblewrap makes the sandbox, waits until the limits are set, and becomes it. */
export async function startSandbox(plan: SandboxPlan, tools: StartTools): Promise<Started> {
  const child = spawnBwrap(plan, tools);
  try {
    const inner = await numberOfInner(child);
    tools.cgroup?.add(inner);
    // As the sandbox's own user: even root may be refused to change the limits of another.
    const asUser = { env: {}, ...tools.user };
    await promisify(execFile)(tools.prlimit, rlimitArguments(inner, plan.limits), asUser);
    release(child);
    return { child, inner };
  } catch (cause) {
    const complaint = await endEarly(child);
    throw notContained(
      `The sandbox did not start: ${complaint || (cause as Error).message}`,
      'Run wcp doctor to see what this machine can enforce.',
      cause,
    );
  }
}

function spawnBwrap(plan: SandboxPlan, { bwrap, machine, user }: StartTools): ChildProcess {
  const contents = plan.view.flatMap((entry) => (entry.kind === 'file' ? [entry.bytes] : []));
  const opened: number[] = [];
  const keep = (fd: number) => {
    opened.push(fd);
    return fd;
  };
  try {
    const seccomp = keep(memoryFile(seccompFilter(machine, plan.mayStartProcesses)));
    const stdio = ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', seccomp] as (number | 'pipe' | 'ignore')[];
    for (const bytes of contents) stdio.push(keep(memoryFile(bytes)));
    hideInherited(stdio, () => keep(openSync('/dev/null', 'r')));
    const child = spawn(bwrap, ['--args', String(FD.arguments), '--', ...plan.command], {
      stdio,
      env: {},
      argv0: `${SANDBOX_NAME}${ownMark()}`,
      ...user,
    });
    for (const stream of child.stdio.slice(FD.arguments)) stream?.on('error', () => {});
    const descriptors = { seccomp: FD.seccomp, info: FD.info, block: FD.block, files: FD.files };
    const options = bwrapArguments({ ...plan, descriptors });
    (child.stdio[FD.arguments] as Duplex).end(`${options.join('\0')}\0`);
    return child;
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}

/** Puts nothing where the program would get a descriptor that this process has from somebody else. */
function hideInherited(stdio: (number | 'pipe' | 'ignore')[], openNothing: () => number): void {
  for (const fd of inheritedDescriptors()) {
    if (fd < stdio.length && stdio[fd] !== 'ignore') continue;
    while (stdio.length < fd) stdio.push('ignore');
    stdio[fd] = openNothing();
  }
}

/** The number on the host of the process that becomes the program. */
async function numberOfInner(child: ChildProcess): Promise<number> {
  const chunks: Buffer[] = [];
  const info = child.stdio[FD.info] as Readable;
  info.on('data', (chunk: Buffer) => chunks.push(chunk));
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  const ended = once(info, 'end', { signal: AbortSignal.timeout(START_MS) });
  failed.catch(() => {});
  await Promise.race([ended, failed]);
  const said = JSON.parse(Buffer.concat(chunks).toString() || '{}') as { readonly 'child-pid'?: number };
  const pid = said['child-pid'];
  if (pid === undefined) throw new Error('bubblewrap made no process.');
  return pid;
}

function release(child: ChildProcess): void {
  (child.stdio[FD.block] as Duplex).end('.');
  for (const stream of child.stdio.slice(FD.arguments)) {
    if (stream !== child.stdio[FD.block]) stream?.destroy();
  }
}

/** Ends what did not become a sandbox; what bubblewrap complained about. */
async function endEarly(child: ChildProcess): Promise<string> {
  let complaint = '';
  child.stderr?.on('data', (chunk) => {
    complaint = (complaint + chunk).slice(0, MAX_COMPLAINT);
  });
  if (child.pid === undefined) return '';
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  for (const stream of child.stdio) if (stream !== child.stderr) stream?.destroy();
  if (child.stderr?.readableEnded === false) await once(child.stderr, 'end');
  return complaint.trim();
}
