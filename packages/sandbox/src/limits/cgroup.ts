import {
  closeSync,
  mkdirSync,
  openSync,
  rmdirSync,
  writeFileSync,
  write as writeToDescriptor,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readSystemFile } from '../base/system-file.ts';
import { type CgroupPlaces, cgroupPlaces } from './cgroup-places.ts';
import { handOver, hasControllers } from './hand-over.ts';
import { ownMark } from './owner-mark.ts';
import { removeStale } from './remove-stale.ts';
import type { SandboxLimits } from './sandbox-limits.ts';

/** Control groups that this process may make: which kind, and below what. */
export type CgroupRoot = CgroupPlaces;

/** What was counted of one sandbox. */
export interface CgroupUse {
  /** Seconds of processor time, of what has ended as well; null where nothing counts it. */
  readonly cpu: number | null;
  /** How often something was killed for want of memory. */
  readonly out_of_memory: number;
}

const MIB = 1024 * 1024;
const PREFIX = 'wcp-';
/** bubblewrap's own process in the sandbox. */
const OWN_PROCESSES = 1;
/** A group is empty a moment after its last process has ended. */
const REMOVE_TRIES = 100;
const REMOVE_MS = 20;

let counter = 0;
let found: CgroupRoot | null | undefined;

/** The root of the groups that this process may make; null where it may make none. Looked for once. */
export function findCgroupRoot(): CgroupRoot | null {
  if (found === undefined) {
    found = readRoot();
    if (found !== null) removeStale(foldersOf(found), PREFIX);
  }
  return found;
}

/** The control group of one sandbox: counts and limits every process in it, whoever started it. */
export class Cgroup {
  readonly #root: CgroupRoot;
  readonly #folders: readonly string[];

  /** Makes the group with its limits. Throws what the file system throws. */
  constructor(root: CgroupRoot, limits: SandboxLimits) {
    counter += 1;
    const name = `${PREFIX}${ownMark()}-${counter}`;
    this.#root = withName(root, name);
    this.#folders = foldersOf(this.#root);
    try {
      for (const folder of this.#folders) mkdirSync(folder);
      for (const { file, text, isOptional } of limitFiles(this.#root, limits)) write(file, text, isOptional);
    } catch (error) {
      for (const folder of this.#folders) removeQuietly(folder);
      throw error;
    }
  }

  get version(): CgroupRoot['version'] {
    return this.#root.version;
  }

  /** Takes a process in, and with it everything that it starts from now on. */
  async add(pid: number): Promise<void> {
    // The kernel takes milliseconds for each, in which this process has other things to do: all are under way when
    // this returns.
    await Promise.all(this.#folders.map((folder) => writeAtOnce(join(folder, 'cgroup.procs'), String(pid))));
  }

  use(): CgroupUse {
    return this.#root.version === 1 ? useOfV1(this.#root) : useOfV2(this.#root);
  }

  /** Removes the group once it is empty. */
  async remove(): Promise<void> {
    for (const folder of this.#folders) {
      for (let tries = 0; tries < REMOVE_TRIES && !removeQuietly(folder); tries += 1) await wait(REMOVE_MS);
    }
  }
}

function readRoot(): CgroupRoot | null {
  try {
    const places = cgroupPlaces(readSystemFile('/proc/self/mountinfo'), readSystemFile('/proc/self/cgroup'));
    if (places === null) return null;
    if (places.version === 2) handOver(places.unified, PREFIX);
    const probe = foldersOf(withName(places, `${PREFIX}${ownMark()}-0`));
    for (const folder of probe) mkdirSync(folder);
    const isWhole = places.version === 1 || hasControllers(probe[0] ?? '');
    for (const folder of probe) rmdirSync(folder);
    return isWhole ? places : null;
  } catch {
    return null;
  }
}

function withName(root: CgroupRoot, name: string): CgroupRoot {
  if (root.version === 2) return { version: 2, unified: join(root.unified, name) };
  const { memory, pids, cpuacct } = root;
  const below = (folder: string) => join(folder, name);
  return {
    version: 1,
    memory: below(memory),
    pids: below(pids),
    cpuacct: cpuacct === null ? null : below(cpuacct),
  };
}

/** Each folder once: controllers may share one. */
function foldersOf(root: CgroupRoot): string[] {
  if (root.version === 2) return [root.unified];
  const { memory, pids, cpuacct } = root;
  return [...new Set([memory, pids, ...(cpuacct === null ? [] : [cpuacct])])];
}

interface LimitFile {
  readonly file: string;
  readonly text: string;
  readonly isOptional?: boolean;
}

/** The files of a group that set its limits, with what is written to them, in this order. */
export function limitFiles(root: CgroupRoot, { memory_mb, processes }: SandboxLimits): LimitFile[] {
  const memory = String(Math.ceil(memory_mb * MIB));
  const pids = String(Math.ceil(processes) + OWN_PROCESSES);
  if (root.version === 1) {
    return [
      { file: join(root.memory, 'memory.limit_in_bytes'), text: memory },
      // Not there where the kernel does not count swap.
      { file: join(root.memory, 'memory.memsw.limit_in_bytes'), text: memory, isOptional: true },
      { file: join(root.pids, 'pids.max'), text: pids },
    ];
  }
  return [
    { file: join(root.unified, 'memory.max'), text: memory },
    { file: join(root.unified, 'memory.swap.max'), text: '0', isOptional: true },
    // One that is killed takes the others along: half a worker is none.
    { file: join(root.unified, 'memory.oom.group'), text: '1', isOptional: true },
    { file: join(root.unified, 'pids.max'), text: pids },
  ];
}

function useOfV1({ memory, cpuacct }: CgroupRoot & { version: 1 }): CgroupUse {
  return {
    cpu: cpuacct === null ? null : numberIn(join(cpuacct, 'cpuacct.usage'), /(\d+)/, null, 1e9),
    out_of_memory: numberIn(join(memory, 'memory.oom_control'), /^oom_kill (\d+)/m, 0, 1) ?? 0,
  };
}

function useOfV2({ unified }: CgroupRoot & { version: 2 }): CgroupUse {
  return {
    cpu: numberIn(join(unified, 'cpu.stat'), /^usage_usec (\d+)/m, null, 1e6),
    out_of_memory: numberIn(join(unified, 'memory.events'), /^oom_kill (\d+)/m, 0, 1) ?? 0,
  };
}

function numberIn(file: string, pattern: RegExp, otherwise: number | null, unit: number): number | null {
  const found = pattern.exec(readSystemFile(file))?.[1];
  return found === undefined ? otherwise : Number(found) / unit;
}

function write(file: string, text: string, isOptional = false): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    if (!isOptional) throw error;
  }
}

/** Opens a file, and has it written to in the background from now on. */
function writeAtOnce(file: string, text: string): Promise<void> {
  const fd = openSync(file, 'w');
  return new Promise((resolve, reject) => {
    writeToDescriptor(fd, text, (error) => {
      closeSync(fd);
      if (error === null) resolve();
      else reject(error);
    });
  });
}

/** Whether the folder is gone. */
function removeQuietly(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
