import { listSystemFolder, readSystemFile } from '../base/system-file.ts';

/** What a process and everything below it use. */
export interface TreeUse {
  /** Processes and threads. */
  readonly processes: number;
  /** Bytes of memory that are their own; pages that a fork shares count for each. */
  readonly memory: number;
  /** Seconds of processor time of those that live. */
  readonly cpu: number;
}

const NOTHING: TreeUse = { processes: 0, memory: 0, cpu: 0 };
/** The kernel counts time in these, whatever its own clock does. */
const TICKS_PER_SECOND = 100;

/**
 * What a process and its descendants use, as Linux reports it. Within a PID namespace nothing gets out of the tree:
 * an orphan becomes a child of the namespace's first process.
 */
export function treeUse(pid: number): TreeUse {
  return [...treeOf(pid)].map(ownUse).reduce(add, NOTHING);
}

/** A process and its descendants, by their numbers. */
export function treeOf(pid: number, seen = new Set<number>()): Set<number> {
  if (seen.has(pid)) return seen;
  seen.add(pid);
  for (const child of childrenOf(pid)) treeOf(child, seen);
  return seen;
}

/**
 * When a process started, in ticks since the machine did: with its number, what tells it from a later one. Null where
 * it does not live, also where only its status is left for a parent that has not asked yet.
 */
export function startOf(pid: number): string | null {
  const { 0: state, 19: start } = statOf(pid);
  return start === undefined || state === 'Z' || state === 'X' ? null : start;
}

/** Kills a process; one that has ended, or belongs to somebody else, is left alone. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is not there any more, or not ours.
  }
}

/** The parent of a process. */
export function parentOf(pid: number): number | null {
  const [, parent] = statOf(pid);
  return parent === undefined ? null : Number(parent);
}

/** The capabilities that a process may use, as bits; null where it does not live. */
export function capabilitiesOf(pid: number): bigint | null {
  const digits = /^CapEff:\s+([0-9a-f]+)/m.exec(readSystemFile(`/proc/${pid}/status`))?.[1];
  return digits === undefined || startOf(pid) === null ? null : BigInt(`0x${digits}`);
}

/** Children of every thread: a process belongs to the thread that made it. */
function childrenOf(pid: number): number[] {
  return listSystemFolder(`/proc/${pid}/task`)
    .flatMap((thread) => readSystemFile(`/proc/${pid}/task/${thread}/children`).split(' '))
    .filter(Boolean)
    .map(Number);
}

function ownUse(pid: number): TreeUse {
  const status = readSystemFile(`/proc/${pid}/status`);
  const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  const [user = 0, system = 0] = statOf(pid).slice(11, 13).map(Number);
  return {
    processes: number('Threads'),
    memory: (number('RssAnon') + number('RssShmem') + number('VmSwap')) * 1024,
    cpu: (user + system) / TICKS_PER_SECOND,
  };
}

function add(a: TreeUse, b: TreeUse): TreeUse {
  return { processes: a.processes + b.processes, memory: a.memory + b.memory, cpu: a.cpu + b.cpu };
}

/** The fields behind the name, which may hold anything: the state comes first. */
function statOf(pid: number): string[] {
  const text = readSystemFile(`/proc/${pid}/stat`);
  const end = text.lastIndexOf(')');
  return end < 0
    ? []
    : text
        .slice(end + 2)
        .trimEnd()
        .split(' ');
}
