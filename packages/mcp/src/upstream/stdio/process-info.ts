import { readdirSync, readFileSync } from 'node:fs';

/** A process as the system tells of it. */
export interface ProcessInfo {
  readonly parent: number;
  readonly group: number;
  /** When it started, in ticks since the machine did: with its number, what tells it from a later one. */
  readonly start: string;
}

/** What is known of a process; null where it does not live, or where the system does not tell. */
export function processInfo(pid: number): ProcessInfo | null {
  const text = readSystemFile(`/proc/${pid}/stat`)?.toString('latin1') ?? '';
  // The name before it may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const { 0: state, 1: parent, 2: group, 19: start } = fields;
  if (start === undefined || state === 'Z' || state === 'X') return null;
  return { parent: Number(parent), group: Number(group), start };
}

/** Every process of the machine, by its number; none where the system does not tell. */
export function allProcesses(): Map<number, ProcessInfo> {
  const found = new Map<number, ProcessInfo>();
  for (const pid of processNumbers()) {
    const info = processInfo(pid);
    if (info !== null) found.set(pid, info);
  }
  return found;
}

/** The value of a variable of a process, as it was when its program began; null where nobody may know. */
export function variableOf(pid: number, name: string): string | null {
  const environment = readSystemFile(`/proc/${pid}/environ`)?.toString('latin1') ?? '';
  const begin = `${name}=`;
  const entry = environment.split('\0').find((each) => each.startsWith(begin));
  return entry?.slice(begin.length) ?? null;
}

/** Kills a process, or with a negative number a group; what has ended, or is another's, is left alone. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is not there any more, or not ours.
  }
}

function processNumbers(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function readSystemFile(place: string): Buffer | null {
  try {
    return readFileSync(place);
  } catch {
    return null;
  }
}
