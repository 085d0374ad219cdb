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
