import { notContained } from '../base/errors.ts';
import { findProgram } from '../base/find-program.ts';
import type { User } from '../base/user.ts';
import { Cgroup, findCgroupRoot } from '../limits/cgroup.ts';
import type { SandboxLimits } from '../limits/sandbox-limits.ts';
import { installCommand } from '../probe/install-command.ts';
import { isMachine } from '../seccomp/build-filter.ts';
import { Ending } from './ending.ts';
import { enforcementOf } from './enforcement-of.ts';
import type { OpenedEgress } from './open-egress.ts';
import type { SandboxOptions } from './options.ts';
import { PRIVATE_FOLDERS, planSandbox } from './plan.ts';
import type { Sandboxed } from './running.ts';
import { killSandbox, type StartTools, startSandbox } from './start.ts';

/** Runs a program inside its envelope, as a user of the host where this process may choose one. */
export async function contain(
  options: SandboxOptions,
  user: User | null,
  egress: OpenedEgress | null,
): Promise<Sandboxed> {
  const plan = await planSandbox(options, user, egress);
  const { limits, mayStartProcesses, writesToHost } = plan;
  const tools = await startTools(user, limits);
  const { cgroup } = tools;
  const started = await startSandbox(plan, tools).catch(async (error) => {
    await cgroup?.remove();
    throw error;
  });
  const ending = new Ending({
    child: started.child,
    root: started.inner,
    limits,
    cgroup,
    private_folders: PRIVATE_FOLDERS,
    kill: () => killSandbox(started),
    tidy: async () => egress?.close(),
  });
  const memory = cgroup === null ? 'sampled' : (`cgroup-v${cgroup.version}` as const);
  return {
    process: started.child,
    enforcement: enforcementOf({ envelope: options.envelope, memory, mayStartProcesses, writesToHost }),
    ended: ending.ended,
    close: () => ending.close(),
  };
}

async function startTools(user: User | null, limits: SandboxLimits): Promise<StartTools> {
  const [bwrap, prlimit] = await Promise.all([findProgram('bwrap'), findProgram('prlimit')]);
  if (bwrap === null || prlimit === null || !isMachine(process.arch)) {
    throw notContained('bubblewrap (bwrap) is no longer on PATH.', await installCommand('bubblewrap'));
  }
  const root = findCgroupRoot();
  const cgroup = root === null ? null : new Cgroup(root, limits);
  return { bwrap, prlimit, machine: process.arch, user, cgroup };
}
