import { createHash, hash } from 'node:crypto';
import { closeSync, type Dirent, readSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import type { Sha256 } from '@wcp/spec';
import { WcpError } from '@wcp/spec/json';
import { decodeUtf8 } from '../base/encoding.ts';
import { TimeSlice } from '../base/time-slice.ts';
import { openRegularFileSync } from '../file/regular-file.ts';
import { type FileDigest, hashDigests } from './package-hash.ts';
import { checkPackagePath, isFolderLeftOut, isLeftOut } from './package-path.ts';

/** In bytes, read at a time. */
const CHUNK = 262_144;
const SLASH = Buffer.from('/');

/**
 * The hash of the worker package in a folder (section 8): every file but `manifest.json`,
 * `manifest.sig`, `manifest.tmp` and the folder `.git` at its root.
 *
 * @throws {WcpError} `ERR_WCP_PACKAGE` for a symbolic link, a special file, a name that is not well-formed
 * Unicode or has a control character, a file that changes while it is read, a folder that is unreadable or has
 * no files to hash
 * @example
 * ```ts
 * import { packageHash } from '@wcp/evidence';
 *
 * console.log(await packageHash('workers/doc-summarizer')); // sha256:…
 * ```
 */
export async function packageHash(dir: string): Promise<Sha256> {
  try {
    const files: PackageEntry[] = [];
    await listFolder(Buffer.from(await realpath(dir)), '', files);
    return hashDigests(await digestAll(files));
  } catch (cause) {
    if (cause instanceof WcpError) throw cause;
    throw new WcpError('ERR_WCP_PACKAGE', 'The package could not be read.', { cause });
  }
}

interface PackageEntry {
  /** Relative to the root of the package, with `/`. */
  readonly path: string;
  /** The path of the file as the bytes that the file system gave: a name need not be UTF-8. */
  readonly place: Buffer;
}

async function listFolder(place: Buffer, prefix: string, files: PackageEntry[]): Promise<void> {
  for (const entry of await readdir(place, { withFileTypes: true, encoding: 'buffer' })) {
    const path = prefix + readName(entry.name);
    if (entry.isDirectory() ? isFolderLeftOut(path) : isLeftOut(path)) continue;
    checkPackagePath(path);
    const inside = Buffer.concat([place, SLASH, entry.name]);
    if (entry.isDirectory()) await listFolder(inside, `${path}/`, files);
    else files.push({ path: onlyFile(entry, path), place: inside });
  }
}

function onlyFile(entry: Dirent<Buffer>, path: string): string {
  if (entry.isFile()) return path;
  throw new WcpError('ERR_WCP_PACKAGE', 'The package contains a symbolic link or a special file.');
}

function readName(name: Buffer): string {
  try {
    return decodeUtf8(name);
  } catch (cause) {
    throw new WcpError('ERR_WCP_PACKAGE', 'A name in the package is not UTF-8.', { cause });
  }
}

/**
 * Digests all files, one after the other. Each step of one is done at once, because waiting for a promise at each takes
 * several times as long as reading and hashing a file of code; between two steps, others get the thread.
 */
async function digestAll(files: readonly PackageEntry[]): Promise<FileDigest[]> {
  const digests: FileDigest[] = [];
  const buffer = Buffer.allocUnsafe(CHUNK);
  const slice = new TimeSlice();
  for (const { path, place } of files) {
    if (slice.isOver) await slice.next();
    digests.push({ path, ...(await digestPlace(place, buffer, slice)) });
  }
  return digests;
}

type ContentDigest = Omit<FileDigest, 'path'>;

async function digestPlace(place: Buffer, buffer: Buffer, slice: TimeSlice): Promise<ContentDigest> {
  const { file, size } = openRegularFileSync(place);
  try {
    const first = readFull(file, buffer);
    const digest =
      first < CHUNK ? digestBytes(buffer.subarray(0, first)) : await digestLarge(file, buffer, slice);
    if (digest.size === size) return digest;
  } finally {
    closeSync(file);
  }
  throw new WcpError('ERR_WCP_PACKAGE', 'A file of the package changed while it was read.');
}

function digestBytes(bytes: Buffer): ContentDigest {
  return { size: bytes.length, sha256: `sha256:${hash('sha256', bytes, 'hex')}` };
}

/** The digest of a file whose beginning fills the buffer. */
async function digestLarge(file: number, buffer: Buffer, slice: TimeSlice): Promise<ContentDigest> {
  const hasher = createHash('sha256');
  let size = 0;
  for (let read = buffer.length; read > 0; read = readFull(file, buffer)) {
    hasher.update(buffer.subarray(0, read));
    size += read;
    if (slice.isOver) await slice.next();
  }
  return { size, sha256: `sha256:${hasher.digest('hex')}` };
}

/** Fills the buffer as far as the file goes. */
function readFull(file: number, buffer: Buffer): number {
  let filled = 0;
  for (let read = -1; read !== 0 && filled < buffer.length; filled += read) {
    read = readSync(file, buffer, filled, buffer.length - filled, null);
  }
  return filled;
}
