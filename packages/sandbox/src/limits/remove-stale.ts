import { rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { listSystemFolder, readSystemFile } from '../base/system-file.ts';
import { isOrphaned, ownMark } from './owner-mark.ts';
import { killProcess } from './process-tree.ts';

/** A variable that bubblewrap is told to set and clears again: all that it is for is to be seen from outside. */
const MARK = ['--setenv', 'WCP_SANDBOX_OF'];

/** Words of bubblewrap's command line that say whose sandbox it is. */
export function markWords(): string[] {
  return [...MARK, ownMark()];
}

/** Ends what a process that was killed left in control groups, and removes those. */
export function removeStale(folders: readonly string[], prefix: string): void {
  for (const folder of folders) {
    const names = listSystemFolder(folder).filter((name) => name.startsWith(prefix));
    for (const name of names.filter((each) => isOrphaned(each.slice(prefix.length)))) {
      const group = join(folder, name);
      for (const pid of membersOf(group)) killProcess(pid);
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
  for (const pid of listSystemFolder('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)) {
    const [, option, name, mark = ''] = readSystemFile(`/proc/${pid}/cmdline`).split('\0');
    if (option === MARK[0] && name === MARK[1] && isOrphaned(mark)) killProcess(pid);
  }
}

function membersOf(group: string): number[] {
  return readSystemFile(join(group, 'cgroup.procs')).split('\n').filter(Boolean).map(Number);
}

function remove(group: string): void {
  try {
    rmdirSync(group);
  } catch {
    // Not empty yet.
  }
}
