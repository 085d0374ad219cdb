import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashFiles } from '@wcp/evidence';
import type { PackageFile } from '@wcp/sandbox';
import { type Sha256, WcpError } from '@wcp/spec';

/** The bytes of an installed package with what it depends on. */
export interface PackageBytes {
  readonly files: readonly PackageFile[];
  /** The hash over all of them (section 8.5). */
  readonly hash: Sha256;
}

const MAX_BYTES = 512 * 1024 * 1024;
/** Links to commands, which nothing is loaded through. */
const LINKS_OF_COMMANDS: ReadonlySet<string> = new Set(['.bin']);

/**
 * Reads an installed package. What is hashed is what is read, and what runs contained is made from the same bytes.
 *
 * @throws {WcpError} `ERR_WCP_PACKAGE` for a folder that holds a link, a special file, or too much
 */
export async function readPackage(dir: string): Promise<PackageBytes> {
  return packageBytes(await readFiles(dir));
}

/** Files as a package, with their hash. */
export function packageBytes(files: readonly PackageFile[]): PackageBytes {
  return { files, hash: hashFiles(files.map(({ path, bytes }) => ({ path, content: bytes }))) };
}

/** All files of a folder, but for those of folders that are left out. @throws {WcpError} `ERR_WCP_PACKAGE` */
export async function readFiles(dir: string, leftOut = LINKS_OF_COMMANDS): Promise<PackageFile[]> {
  const files: PackageFile[] = [];
  await readFolder(dir, '', { files, leftOut, left: MAX_BYTES });
  return files;
}

interface Gathered {
  readonly files: PackageFile[];
  readonly leftOut: ReadonlySet<string>;
  left: number;
}

async function readFolder(dir: string, prefix: string, gathered: Gathered): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const [place, path] = [join(dir, entry.name), prefix + entry.name];
    if (entry.isDirectory()) {
      if (!gathered.leftOut.has(entry.name)) await readFolder(place, `${path}/`, gathered);
    } else if (entry.isFile()) {
      gathered.left -= (await lstat(place)).size;
      if (gathered.left < 0) throw refused('is larger than 512 MiB');
      gathered.files.push({ path, bytes: await readFile(place) });
    } else throw refused(`holds a link or a special file (${JSON.stringify(path)}): install it with npm`);
  }
}

function refused(why: string): WcpError {
  return new WcpError('ERR_WCP_PACKAGE', `The package of the MCP server ${why}.`);
}
