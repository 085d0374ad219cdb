import { coreLimit } from './core-limit.ts';
import type { SandboxLimits } from './sandbox-limits.ts';

/** Threads and processes that bubblewrap has in the sandbox beside the program. */
const OWN_PROCESSES = 1;
const MIB = 1024 * 1024;
/** Stacks of threads and what a runtime sets aside count as data, touched or not. */
const DATA_SLACK = 512 * MIB;

/**
 * The arguments with which prlimit(1) sets the limits of the kernel on a process that waits to become the program.
 * Set from outside, once the sandbox is there: `nproc` then counts the processes of this sandbox, not those of its
 * user, and the package may hold larger files than the program may write.
 */
export function rlimitArguments(pid: number, limits: SandboxLimits): string[] {
  const rows: Readonly<Record<string, number>> = {
    core: coreLimit(),
    memlock: 0,
    msgqueue: 0,
    rtprio: 0,
    nproc: limits.processes + OWN_PROCESSES,
    nofile: limits.open_files,
    fsize: limits.file_bytes,
    // A second behind whoever looks, who can say which limit it was: the kernel only kills.
    cpu: limits.cpu_seconds + 1,
    // For each process: a fence behind what a cgroup or a sampler says about all of them.
    data: limits.memory_mb * MIB * 2 + DATA_SLACK,
  };
  return [
    '--pid',
    String(pid),
    ...Object.entries(rows).map(([name, value]) => `--${name}=${Math.ceil(value)}`),
  ];
}
