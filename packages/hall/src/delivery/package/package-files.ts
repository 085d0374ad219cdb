import type { BigIntStats, Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFiles } from '@wcp/evidence';
import { WcpError } from '@wcp/spec';

/** A file that the hash of a package covers. */
export interface PackageFile {
  /** Relative to the root of the package, with `/`. */
  readonly path: string;
  readonly place: string;
  readonly stat: BigIntStats;
}

/**
 * The files of the package in a folder (section 8) that its hash covers, in a fixed order.
 *
 * @throws {WcpError} `ERR_WCP_PACKAGE` for a link, a special file or a path that no package may have;
 * what the file system throws
 */
export async function listPackage(dir: string): Promise<PackageFile[]> {
  const files: PackageFile[] = [];
  await listFolder(dir, '', files);
  return files;
}

async function listFolder(dir: string, prefix: string, files: PackageFile[]): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = prefix + entry.name;
    if (!isHashed(entry, path)) continue;
    const place = join(dir, entry.name);
    if (entry.isDirectory()) await listFolder(place, `${path}/`, files);
    else if (entry.isFile()) files.push({ path, place, stat: await lstat(place, { bigint: true }) });
    else throw new WcpError('ERR_WCP_PACKAGE', 'The package holds a symbolic link or a special file.');
  }
}

/** Whether the hash of a package covers an entry: derived from the hash itself, so that the two never differ. */
export function isHashed(entry: Pick<Dirent, 'isDirectory'>, path: string): boolean {
  const file = entry.isDirectory() ? `${path}/file` : path;
  // A file that is always hashed: a package without files has no hash.
  const other = { path: `~${file}`, content: '' };
  return hashFiles([other, { path: file, content: '' }]) !== hashFiles([other]);
}
