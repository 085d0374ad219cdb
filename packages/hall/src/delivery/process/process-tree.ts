import { readFileSync } from 'node:fs';

const groups = new Set<number>();

/** Remembers a process that leads a group of its own, so that it does not outlive this program. */
export function enrolGroup(pid: number): void {
  if (groups.size === 0) process.on('exit', killAll);
  groups.add(pid);
}

/**
 * Kills a process and whatever it started and left in its group. Harmless where it was done before: a
 * number that is free again may be another's.
 */
export function killGroup(pid: number): void {
  if (!groups.delete(pid)) return;
  if (groups.size === 0) process.off('exit', killAll);
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

function killAll(): void {
  for (const pid of groups) killGroup(pid);
}

const RESIDENT = /^VmRSS:\s+(\d+) kB$/m;

/**
 * What a process and its descendants hold in memory, in bytes, as Linux tells it; 0 where it can't be
 * told. Pages that several of them share are counted for each.
 */
export function residentMemory(pid: number): number {
  const own = Number(RESIDENT.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
  return childrenOf(pid).reduce((sum, child) => sum + residentMemory(child), own);
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

function read(place: string): string {
  try {
    return readFileSync(place, 'utf8');
  } catch {
    return '';
  }
}
