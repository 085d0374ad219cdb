import type { FileHandle } from 'node:fs/promises';

/** Writes all of `bytes` at the file's end, whatever the system takes at once. */
export async function writeFully(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, null);
    written += bytesWritten;
  }
}
