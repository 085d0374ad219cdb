import { closeSync, constants, mkdtempSync, openSync, rmdirSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Opens a file that never has a name (Linux); Node has no name for the flag. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;
const FLAGS = constants.O_RDWR | constants.O_EXCL;
const SHARED_MEMORY = '/dev/shm';

/**
 * A descriptor from which bytes can be read once: of a file that has no name, so that nobody else can open it, and
 * that is gone when the last descriptor is closed.
 */
export function memoryFile(bytes: Uint8Array): number {
  // A container's shared memory is often small.
  for (const open of [() => openNameless(SHARED_MEMORY), () => openNameless(tmpdir())]) {
    try {
      return fill(open(), bytes);
    } catch {
      // The next one may have room.
    }
  }
  return fill(openUnlinked(), bytes);
}

function fill(fd: number, bytes: Uint8Array): number {
  try {
    // At a position of its own, so that a reader begins at the start.
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, at);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openNameless(folder: string): number {
  return openSync(folder, O_TMPFILE | FLAGS, 0o600);
}

/** For file systems without nameless files: in a folder that only this user can look into. */
function openUnlinked(): number {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-'));
  const file = join(folder, 'bytes');
  try {
    const fd = openSync(file, FLAGS | constants.O_CREAT, 0o600);
    unlinkSync(file);
    return fd;
  } finally {
    rmdirSync(folder);
  }
}
