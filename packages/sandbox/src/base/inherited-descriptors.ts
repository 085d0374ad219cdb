import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel calls a descriptor that ends with the program: every one that Node opens. */
const CLOSE_ON_EXEC = 0o2000000;

/**
 * Descriptors beyond the standard three that this process got from whoever started it, or that native code left open:
 * every program started from here would have them too.
 */
export function inheritedDescriptors(): number[] {
  return list().filter((fd) => fd > 2 && isInherited(fd));
}

function isInherited(fd: number): boolean {
  try {
    const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    // It was the one by which the list was read.
    return false;
  }
}

function list(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number);
  } catch {
    return [];
  }
}
