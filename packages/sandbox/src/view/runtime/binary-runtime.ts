import { posix } from 'node:path';
import { misuse } from '../../base/errors.ts';
import type { PackageFile } from '../../base/package-file.ts';
import { bufferOf, PACKAGE_PLACE } from '../package-entries.ts';
import { programEntries } from '../program/program-entries.ts';
import { readElf } from '../program/read-elf.ts';
import type { Runtime } from './runtime.ts';

/** Any program of the host. */
export function binaryRuntime(place: string): Runtime {
  return { kind: 'binary', program: place, entries: programEntries(place, place), options: new Set() };
}

/** A program of the package: its libraries come with those of all files of the package. */
export function packageRuntime(name: string, files: readonly PackageFile[]): Runtime {
  const path = posix.normalize(name);
  const file = files.find((each) => each.path === path);
  if (file === undefined)
    throw misuse(`The package has no file ${JSON.stringify(path)}, which the command names.`);
  const bytes = bufferOf(file);
  if (readElf((offset, length) => bytes.subarray(offset, offset + length)) === null) {
    throw misuse(
      `${JSON.stringify(path)} is not a program of this kind of machine. For a script, name what runs it: ["python3", ${JSON.stringify(path)}].`,
    );
  }
  return { kind: 'binary', program: `${PACKAGE_PLACE}/${path}`, entries: [], options: new Set() };
}
