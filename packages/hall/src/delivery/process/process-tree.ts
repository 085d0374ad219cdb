import { readFileSync } from 'node:fs';

const groups = new Set<number>();

/** Registers a process that leads a group of its own, so that it does not outlive this program. */
export function enrolGroup(pid: number): void {
  if (groups.size === 0) process.on('exit', killAll);
  groups.add(pid);
}

/**
 * Kills a process and whatever it started and left in its group. Killing it twice is harmless: its number may
 * belong to another process by then, and is not used again.
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
 * The resident memory of a process and its descendants, in bytes, as Linux reports it; 0 where it is not known.
 * Pages that several of them share are counted for each.
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
