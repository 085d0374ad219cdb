import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFully } from './write-fully.ts';

/** The part of a line that a crash left, and where it is now. */
export interface TornBytes {
  /** The file with the torn bytes: `<file>.torn-<n>`. */
  readonly path: string;
  readonly bytes: number;
}

const CHUNK = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * Moves the bytes after the last newline of a file aside, so that the file ends in a whole line. The copy is
 * durable before the file is truncated: a crash in between leaves the bytes twice, never nowhere.
 */
export async function repairTail(handle: FileHandle, path: string): Promise<TornBytes | null> {
  const { size } = await handle.stat();
  const whole = await wholeLength(handle, size);
  if (whole === size) return null;
  const torn = await copyAside(handle, path, whole, size);
  await handle.truncate(whole);
  await handle.sync();
  return torn;
}

/** The length of a file up to and including its last newline. */
async function wholeLength(handle: FileHandle, size: number): Promise<number> {
  for (let end = size; end > 0; end = Math.max(0, end - CHUNK)) {
    const start = Math.max(0, end - CHUNK);
    const chunk = await readRange(handle, start, end);
    const newline = chunk.lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
  }
  return 0;
}

async function copyAside(handle: FileHandle, path: string, start: number, end: number): Promise<TornBytes> {
  const aside = await createAside(path);
  try {
    for (let from = start; from < end; from += CHUNK) {
      await writeFully(aside.handle, await readRange(handle, from, Math.min(end, from + CHUNK)));
    }
    await aside.handle.sync();
  } finally {
    await aside.handle.close();
  }
  await syncFolder(path);
  return { path: aside.path, bytes: end - start };
}

/** Creates the first `<file>.torn-<n>` that does not exist: an older one is never overwritten. */
async function createAside(path: string): Promise<{ readonly path: string; readonly handle: FileHandle }> {
  for (let n = 1; ; n += 1) {
    const candidate = `${path}.torn-${n}`;
    try {
      return { path: candidate, handle: await open(candidate, 'ax', 0o600) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

async function readRange(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(end - start);
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** Makes the entry of a new file in its folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
