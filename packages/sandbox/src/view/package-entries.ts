import { misuse } from '../base/errors.ts';
import type { PackageFile } from '../base/package-file.ts';
import { librariesOf, type NeedyFile } from './program/libraries.ts';
import { readElf } from './program/read-elf.ts';
import type { ViewEntry } from './view-entry.ts';

/** The folder of the package inside. */
export const PACKAGE_PLACE = '/worker';
/** Whether a file is executable is not part of the hash of a package, so it must not depend on it. */
const MODE = 0o555;

/** The files of a package, from their bytes, and the libraries of the host that its native code needs. */
export function packageEntries(files: readonly PackageFile[]): ViewEntry[] {
  const paths = new Set<string>();
  for (const { path } of files) {
    if (!isInside(path)) throw misuse(`A package cannot have a file ${JSON.stringify(path)}.`);
    if (paths.has(path)) throw misuse(`The package has the file ${JSON.stringify(path)} twice.`);
    paths.add(path);
  }
  const libraries = librariesOf(files.flatMap(nativeCode));
  return [
    ...libraries.map((from): ViewEntry => ({ kind: 'bind', from, to: from, access: 'read' })),
    ...files.map(
      ({ path, bytes }): ViewEntry => ({ kind: 'file', to: `${PACKAGE_PLACE}/${path}`, bytes, mode: MODE }),
    ),
  ];
}

/** The same bytes as a Buffer. */
export function bufferOf({ bytes }: PackageFile): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether a path stays below the folder that it is put in. */
function isInside(path: string): boolean {
  const names = path.split('/');
  return !path.includes('\0') && names.every((name) => name !== '' && name !== '.' && name !== '..');
}

function nativeCode(file: PackageFile): NeedyFile[] {
  const bytes = bufferOf(file);
  const needs = readElf((offset, length) => bytes.subarray(offset, offset + length));
  return needs === null ? [] : [{ needs, place: null }];
}
