import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex, Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { notContained } from '../base/errors.ts';
import { programOutput } from '../base/program-output.ts';
import type { User } from '../base/user.ts';
import type { Cgroup } from '../limits/cgroup.ts';
import { capabilitiesOf, killProcess, parentOf, startOf } from '../limits/process-tree.ts';
import { markWords } from '../limits/remove-stale.ts';
import { rlimitArguments } from '../limits/rlimits.ts';
import type { Machine } from '../seccomp/build-filter.ts';
import { seccompFilter } from '../seccomp/seccomp-filter.ts';
import { bwrapArguments } from '../view/bwrap-arguments.ts';
import { DescriptorList } from './descriptor-list.ts';
import type { SandboxPlan } from './plan.ts';
import { stageFor } from './stage.ts';

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

/** Kills everything in a sandbox that runs. */
export function killSandbox({ child, inner }: Started): void {
  // With the first process of a PID namespace the kernel ends all others, stopped ones included. Its number is only
  // its own as long as bubblewrap is its parent.
  if (child.pid !== undefined && startOf(inner) !== null && parentOf(inner) === child.pid) killProcess(inner);
  else child.kill('SIGKILL');
}

/** The descriptors of bubblewrap behind the standard three. */
const FD = { arguments: 3, info: 4, block: 5, seccomp: 6, archive: 7, files: 8 };
const START_MS = 10_000;
const POLL_MS = 1;
const MAX_COMPLAINT = 4_096;

/** Starts the program of a plan: bubblewrap makes the sandbox, waits until the limits are set, and becomes it. */
export async function startSandbox(plan: SandboxPlan, tools: StartTools): Promise<Started> {
  const child = await spawnBwrap(plan, tools);
  try {
    const inner = await numberOfInner(child);
    await made(inner);
    // The slower first, so that it is under way while the other one starts.
    const counted = tools.cgroup?.add(inner);
    // As the sandbox's own user: even root may be refused to change the limits of another.
    const words = [tools.prlimit, ...rlimitArguments(inner, plan.limits)];
    const limited = programOutput(words, { env: {}, user: tools.user });
    await Promise.all([counted, limited]);
    release(child);
    return { child, inner };
  } catch (cause) {
    const complaint = await endEarly(child);
    throw notContained(
      `The sandbox did not start: ${complaint || (cause as Error).message}`,
      'What this machine can enforce is what probeSandbox() says; with @wcp/cli, run: wcp doctor',
      cause,
    );
  }
}

async function spawnBwrap(plan: SandboxPlan, tools: StartTools): Promise<ChildProcess> {
  const { bwrap, machine, user } = tools;
  const { words, view, archive } = await stageFor(plan.view, user, FD.archive);
  const contents = view.flatMap((entry) => (entry.kind === 'file' ? [entry.bytes] : []));
  const descriptors = new DescriptorList();
  try {
    descriptors.addBytes(seccompFilter(machine, plan.mayStartProcesses));
    descriptors.addBytes(archive ?? new Uint8Array());
    for (const bytes of contents) descriptors.addBytes(bytes);
    descriptors.hideInherited();
    const numbers = { seccomp: FD.seccomp, info: FD.info, block: FD.block, files: FD.files };
    const options = bwrapArguments({ ...plan, view, descriptors: numbers });
    const isStaged = words.length > 0;
    const [file = bwrap, ...rest] = [
      ...words,
      bwrap,
      ...markWords(),
      '--args',
      String(FD.arguments),
      '--',
      ...plan.command,
    ];
    const child = spawn(file, rest, {
      stdio: [...descriptors.stdio],
      env: isStaged ? { PATH: process.env['PATH'] ?? '' } : {},
      // On a stage, root is needed until everything is mounted.
      ...(isStaged ? {} : user),
    });
    for (const stream of child.stdio.slice(FD.arguments)) stream?.on('error', () => {});
    (child.stdio[FD.arguments] as Duplex | null)?.end(`${options.join('\0')}\0`);
    return child;
  } finally {
    descriptors.close();
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

/**
 * Resolves when the sandbox is made: bubblewrap then gives up the capabilities that it had in it, and waits. Limits
 * that came earlier would limit bubblewrap itself.
 */
async function made(inner: number): Promise<void> {
  for (const end = performance.now() + START_MS; performance.now() < end; await wait(POLL_MS)) {
    const capabilities = capabilitiesOf(inner);
    if (capabilities === null) throw new Error('bubblewrap ended.');
    if (capabilities === 0n) return;
  }
  throw new Error(`bubblewrap took longer than ${START_MS} ms.`);
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
