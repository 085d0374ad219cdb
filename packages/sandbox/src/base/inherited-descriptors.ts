import { listSystemFolder, readSystemFile } from './system-file.ts';

/** What the kernel calls a descriptor that ends with the program: every one that Node opens. */
const CLOSE_ON_EXEC = 0o2000000;

/**
 * Descriptors beyond the standard three that this process got from whoever started it, or that native code left open:
 * every program started from here would have them too.
 */
export function inheritedDescriptors(): number[] {
  return listSystemFolder('/proc/self/fd')
    .map(Number)
    .filter((fd) => fd > 2 && isInherited(fd));
}

function isInherited(fd: number): boolean {
  // The one by which the list was read is no longer there.
  const flags = /^flags:\s+(\d+)/m.exec(readSystemFile(`/proc/self/fdinfo/${fd}`))?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
}
