import type { ChildProcess } from 'node:child_process';
import type { Enforcement } from '../base/enforcement.ts';
import { notContained } from '../base/errors.ts';
import { findProgram } from '../base/find-program.ts';
import { isRoot, nextUser } from '../base/user.ts';
import { Cgroup, findCgroupRoot } from '../limits/cgroup.ts';
import { endOrphans } from '../limits/remove-stale.ts';
import { probeSandbox } from '../probe/probe-sandbox.ts';
import { isMachine } from '../seccomp/build-filter.ts';
import { Ending, type SandboxEnd } from './ending.ts';
import { enforcementOf } from './enforcement-of.ts';
import type { SandboxOptions } from './options.ts';
import { planSandbox } from './plan.ts';
import { type StartTools, startSandbox } from './start.ts';

/** A program that runs. */
export interface Sandboxed {
  /** With pipes for standard input, output and error. It ends when the program does, with the same status. */
  readonly process: ChildProcess;
  /** What of the envelope and of the limits is enforced. */
  readonly enforcement: Enforcement;
  /** Resolves when the program and everything that it started are gone: how it ended. */
  readonly ended: Promise<SandboxEnd>;
  /** Kills the program and everything that it started; resolves when all of it is gone. */
  close(): Promise<void>;
}

/**
 * Runs a program inside a privilege envelope (WCP section 4.2), and says what of it is enforced.
 *
 * Rejects with `ERR_WCP_NOT_CONTAINED` where this machine cannot contain a program, and with `ERR_WCP_SANDBOX` for
 * options that no sandbox can be made of.
 *
 * @example
 * import { sandboxed } from '@wcp/sandbox';
 *
 * const program = { path: 'main.js', bytes: Buffer.from('console.log(process.getuid())') };
 * const { process: child, enforcement, close } = await sandboxed({
 *   command: ['node', 'main.js'],
 *   package: [program],
 *   envelope: { network_egress: 'none' },
 * });
 * child.stdout?.pipe(process.stdout);
 * console.log(enforcement.network_egress); // { level: 'enforced', by: 'bubblewrap' }
 * await close();
 */
export async function sandboxed(options: SandboxOptions): Promise<Sandboxed> {
  const probe = await probeSandbox();
  if (!probe.is_contained) throw notContained(probe.reason ?? '', probe.remedy ?? '');
  if (options.envelope.network_egress === 'allowlisted') {
    throw notContained('No way out is open for the listed hosts.', 'Give the setting egress.');
  }
  const plan = await planSandbox(options, null);
  const tools = await startTools(options, plan.limits);
  try {
    const started = await startSandbox(plan, tools);
    const ending = new Ending(started, plan.limits, tools.cgroup);
    const enforcement = enforcementOf({
      envelope: options.envelope,
      memory: tools.cgroup === null ? 'sampled' : (probe.memory ?? 'sampled'),
      mayStartProcesses: plan.mayStartProcesses,
      writesToHost: plan.writesToHost,
    });
    return { process: started.child, enforcement, ended: ending.ended, close: () => ending.close() };
  } catch (error) {
    await tools.cgroup?.remove();
    throw error;
  }
}

let isTidy = false;

async function startTools({ user }: SandboxOptions, limits: Parameters<typeof cgroupFor>[0]): Promise<StartTools> {
  if (!isTidy) endOrphans();
  isTidy = true;
  const [bwrap, prlimit] = await Promise.all([findProgram('bwrap'), findProgram('prlimit')]);
  if (bwrap === null || prlimit === null || !isMachine(process.arch)) {
    throw notContained('bubblewrap is no longer on PATH.', 'apt-get install bubblewrap');
  }
  return {
    bwrap,
    prlimit,
    machine: process.arch,
    user: isRoot() ? (user ?? nextUser()) : null,
    cgroup: cgroupFor(limits),
  };
}

/** Null where this process may make no group, or may no longer. */
function cgroupFor(limits: ConstructorParameters<typeof Cgroup>[1]): Cgroup | null {
  const root = findCgroupRoot();
  return root === null ? null : new Cgroup(root, limits);
}
