import type { Sha256 } from '@wcp/spec';
import { sha256, WcpError } from '@wcp/spec/json';
import { decodeBase64 } from '../base/encoding.ts';
import { isObject, listOf, own } from '../base/own-member.ts';
import { checkPackagePath, isLeftOut } from './package-path.ts';

/** A file of a package: its path relative to the root, with `/`, and its content. */
export type PackageFile =
  | { readonly path: string; readonly content: Uint8Array | string }
  | { readonly path: string; readonly content_base64: string };

/** What the hash of a package covers of one file. */
export interface FileDigest {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: Sha256;
}

/**
 * The hash of a worker package (section 8) over files in memory, in any order. `manifest.json`,
 * `manifest.sig`, `manifest.tmp` and everything under `.git/` are left out and not examined.
 *
 * @throws {WcpError} `ERR_WCP_PACKAGE` for a path or content that is refused (section 13, "Packages and
 * manifests"), and where no file remains
 * @example
 * ```ts
 * import { hashFiles } from '@wcp/evidence';
 *
 * console.log(hashFiles([{ path: 'worker.js', content: 'export {}' }]));
 * ```
 */
export function hashFiles(files: readonly PackageFile[]): Sha256 {
  const list = listOf(files);
  if (list === null) throw new WcpError('ERR_WCP_PACKAGE', 'The files of a package must be an array.');
  return hashDigests(list.filter((file) => !isLeftOutFile(file)).map(digestFile));
}

/** The hash of a package from the digests of its files, whose paths are checked already. */
export function hashDigests(digests: readonly FileDigest[]): Sha256 {
  // Nothing would share its hash with every other nothing: an emptied folder would pass for an attested one.
  if (digests.length === 0) throw new WcpError('ERR_WCP_PACKAGE', 'The package has no files.');
  const sorted = digests.map((digest) => ({ ...digest, bytes: Buffer.from(digest.path) }));
  sorted.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  if (new Set(digests.map(({ path }) => path)).size !== digests.length) {
    throw new WcpError('ERR_WCP_PACKAGE', 'The package has two files with the same path.');
  }
  return sha256(
    sorted.map(({ path, size, sha256: hash }) => `${path}\n${size}\n${hash.slice(7)}\n`).join(''),
  );
}

function isLeftOutFile(file: unknown): boolean {
  const path = own(file, 'path');
  return typeof path === 'string' && isLeftOut(path);
}

function digestFile(file: unknown): FileDigest {
  const path = checkPackagePath(own(file, 'path'));
  const bytes = readContent(file);
  return { path, size: bytes.length, sha256: sha256(bytes) };
}

function readContent(file: unknown): Uint8Array {
  const content = own(file, 'content');
  const base64 = own(file, 'content_base64');
  const bytes = content === undefined ? decodeBase64(base64) : readBytes(content);
  if (!isObject(file) || bytes === null) {
    throw new WcpError('ERR_WCP_PACKAGE', 'The content of a file must be bytes, a text or canonical base64.');
  }
  return bytes;
}

function readBytes(content: unknown): Uint8Array | null {
  if (typeof content === 'string') return content.isWellFormed() ? Buffer.from(content) : null;
  return content instanceof Uint8Array ? content : null;
}
