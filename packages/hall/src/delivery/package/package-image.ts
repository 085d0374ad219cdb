import { constants } from 'node:fs';
import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashFiles } from '@wcp/evidence';
import { readRegularFile } from '@wcp/evidence/file';
import type { Sha256 } from '@wcp/spec';
import { listPackage } from './package-files.ts';

const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Whether a file is executable is not part of the hash, so no copy may depend on it. */
const READ_ONLY = 0o555;
/** Bytes of all files together: they are kept in memory. */
const MAX_BYTES = 512 * 1024 * 1024;

/** The files of a package in memory: nothing can change them between their hash and their start. */
export interface PackageImage {
  readonly hash: Sha256;
  readonly files: readonly ImageFile[];
}

/** A file of an image. */
interface ImageFile {
  /** Relative to the root of the package, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads the files that the hash of a package covers, each once, and hashes what was read.
 *
 * @throws {WcpError} `ERR_WCP_PACKAGE`; what the file system throws
 */
export async function readImage(dir: string): Promise<PackageImage> {
  const files: ImageFile[] = [];
  let left = MAX_BYTES;
  for (const { path, place } of await listPackage(dir)) {
    const bytes = await readRegularFile(place, left);
    left -= bytes.length;
    files.push({ path, bytes });
  }
  return { hash: hashFiles(files.map(({ path, bytes }) => ({ path, content: bytes }))), files };
}

/** Writes an image into a new folder and makes all of it read-only. What the file system throws, it throws. */
export async function writeImage({ files }: PackageImage, to: string): Promise<void> {
  const folders = new Set([to]);
  await mkdir(to, { mode: 0o700 });
  for (const { path, bytes } of files) {
    const target = join(to, path);
    for (let folder = dirname(target); !folders.has(folder); folder = dirname(folder)) folders.add(folder);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await writeBytes(target, bytes);
  }
  for (const folder of folders) await chmod(folder, READ_ONLY);
}

async function writeBytes(place: string, bytes: Uint8Array): Promise<void> {
  const target = await open(place, WRITE, READ_ONLY);
  try {
    await target.writeFile(bytes);
    await target.chmod(READ_ONLY);
  } finally {
    await target.close();
  }
}
