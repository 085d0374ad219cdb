import { constants } from 'node:fs';
import { chmod, type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withRegularFile } from '@wcp/evidence/file';
import { WcpError } from '@wcp/spec';
import { listPackage } from './package-files.ts';

const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Whether a file is executable is not part of the hash, so no copy may depend on it. */
const READ_ONLY = 0o555;
const CHUNK = 262_144;

/**
 * Copies the files that the hash of a package covers, and nothing else, into a new folder, and makes all of it
 * read-only. Only the hash of the copy says what was copied: the source may change meanwhile.
 *
 * @throws {WcpError} `ERR_WCP_PACKAGE`; what the file system throws
 */
export async function copyPackage(from: string, to: string): Promise<void> {
  const folders = new Set([to]);
  await mkdir(to, { mode: 0o700 });
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (const { path, place } of await listPackage(from)) {
    const target = join(to, path);
    for (let folder = dirname(target); !folders.has(folder); folder = dirname(folder)) folders.add(folder);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await copyFile(place, target, buffer);
  }
  for (const folder of folders) await chmod(folder, READ_ONLY);
}

function copyFile(from: string, to: string, buffer: Buffer): Promise<void> {
  return withRegularFile(from, async (source, size) => {
    const target = await open(to, WRITE, READ_ONLY);
    try {
      await copyBytes(source, target, size, buffer);
      await target.chmod(READ_ONLY);
    } finally {
      await target.close();
    }
  });
}

/** No more than the file had when it was opened: a growing file would never end. */
async function copyBytes(
  source: FileHandle,
  target: FileHandle,
  size: number,
  buffer: Buffer,
): Promise<void> {
  for (let left = size; left > 0; ) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(left, buffer.length));
    if (bytesRead === 0) throw changing();
    await target.writeFile(buffer.subarray(0, bytesRead));
    left -= bytesRead;
  }
}

function changing(): WcpError {
  return new WcpError('ERR_WCP_PACKAGE', 'A file of the package is changing.');
}
