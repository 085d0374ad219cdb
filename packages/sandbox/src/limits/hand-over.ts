import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSystemFile } from '../base/system-file.ts';
import { ownMark } from './owner-mark.ts';

const HANDED_OVER = '+memory +pids';

/**
 * Lets the groups below a group have limits (version 2). A group that has processes cannot do so: where this process is
 * alone in it, it moves into a group of its own below; where it is not, the kernel refuses, and this throws.
 */
export function handOver(folder: string, prefix: string): void {
  const control = join(folder, 'cgroup.subtree_control');
  if (hasAll(readSystemFile(control))) return;
  const members = readSystemFile(join(folder, 'cgroup.procs')).split('\n').filter(Boolean);
  if (members.length === 1 && members[0] === String(process.pid)) {
    const own = join(folder, `${prefix}${ownMark()}-own`);
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'cgroup.procs'), String(process.pid));
  }
  writeFileSync(control, HANDED_OVER);
}

/** Whether a group of version 2 can have limits of memory and processes. */
export function hasControllers(folder: string): boolean {
  return hasAll(readSystemFile(join(folder, 'cgroup.controllers')));
}

function hasAll(controllers: string): boolean {
  const words = controllers.trim().split(/\s+/);
  return words.includes('memory') && words.includes('pids');
}
