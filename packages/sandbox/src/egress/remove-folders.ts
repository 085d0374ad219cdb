import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isOrphaned } from '../limits/owner-mark.ts';

/** What is in a folder of sockets. */
const SOCKET = /^(?:[0-9]+(?:\.names)?|refused)$/;

/** Removes the folders whose process was killed before it could. */
export function removeAbandoned(parent: string, prefix: string): void {
  const names = readdirSync(parent).filter((name) => name.startsWith(prefix));
  for (const name of names.filter((each) => isOrphaned(each.slice(prefix.length)))) {
    removeSockets(join(parent, name));
  }
}

/**
 * Removes a folder of sockets and nothing else. It may belong to another user, who could put a link in its place while
 * this process removes it.
 */
export function removeSockets(folder: string): void {
  try {
    const sockets = readdirSync(folder).filter((name) => SOCKET.test(name));
    for (const path of sockets.map((name) => join(folder, name))) {
      if (lstatSync(path).isSocket()) unlinkSync(path);
    }
    rmdirSync(folder);
  } catch {
    // It is somebody else's, or gone.
  }
}
