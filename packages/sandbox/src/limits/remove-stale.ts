import { readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { isOrphaned } from './owner-mark.ts';

/** The command line of a sandbox on the host begins like this; the mark of its owner follows. */
export const SANDBOX_NAME = 'wcp-sandbox:';

/** Ends what a process that was killed left in control groups, and removes those. */
export function removeStale(folders: readonly string[], prefix: string): void {
  for (const folder of folders) {
    const names = readdirSync(folder).filter((name) => name.startsWith(prefix));
    for (const name of names.filter((each) => isOrphaned(each.slice(prefix.length)))) {
      const group = join(folder, name);
      for (const pid of membersOf(group)) kill(pid);
      // One whose processes are just ending goes at the next start.
      remove(group);
    }
  }
}

/**
 * Ends sandboxes whose owner was killed in the moment between starting one and being tied to it. Where there was no
 * such moment, the kernel has ended them already.
 */
export function endOrphans(): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)) {
    const [name = ''] = read(`/proc/${pid}/cmdline`).split('\0');
    if (name.startsWith(SANDBOX_NAME) && isOrphaned(name.slice(SANDBOX_NAME.length))) kill(pid);
  }
}

function membersOf(group: string): number[] {
  return read(join(group, 'cgroup.procs')).split('\n').filter(Boolean).map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended, or belongs to somebody else.
  }
}

function remove(group: string): void {
  try {
    rmdirSync(group);
  } catch {
    // Not empty yet.
  }
}

function read(place: string): string {
  try {
    return readFileSync(place, 'utf8');
  } catch {
    return '';
  }
}
