import { readdirSync, readFileSync } from 'node:fs';

/**
 * A file that the kernel or the operating system writes; empty where there is none. One character a byte: a program
 * chooses the name under which the kernel speaks of it, and no name must make the rest unreadable.
 */
export function readSystemFile(place: string): string {
  try {
    return readFileSync(place, 'latin1');
  } catch {
    return '';
  }
}

/** The names in a folder of the system; none where there is none. */
export function listSystemFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
