import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { misuse } from '../base/errors.ts';
import { findProgram } from '../base/find-program.ts';
import { binaryRuntime, packageRuntime } from './binary-runtime.ts';
import { nodeRuntime } from './node-runtime.ts';
import { pythonRuntime } from './python-runtime.ts';
import type { PackageFile } from '../base/package-file.ts';
import type { ViewEntry } from './view-entry.ts';

/** What makes a command run inside. */
export interface Runtime {
  readonly kind: 'node' | 'python' | 'binary';
  /** The program, as it is called inside. */
  readonly program: string;
  /** What of the host it needs. */
  readonly entries: readonly ViewEntry[];
  /** The options that this Node knows; nothing for other programs. */
  readonly options: ReadonlySet<string>;
}

/** The runtime of the first word of a command: a program of this machine, or one of the package. */
export async function runtimeOf(command: readonly string[], files: readonly PackageFile[]): Promise<Runtime> {
  const [name = ''] = command;
  if (name === '') throw misuse('The command is empty. Name a program: ["node", "worker.js", "--stdio"].');
  if (name.includes('/') && !name.startsWith('/')) return packageRuntime(name, files);
  const found = await findProgram(name);
  if (found === null) {
    throw misuse(`The program ${JSON.stringify(name)} is not on this machine. Install it, or name its path.`);
  }
  const place = await realpath(found);
  if (/^node(js)?$/.test(basename(found))) return nodeRuntime(place);
  if (/^python3?(\.\d+)?$/.test(basename(found))) return pythonRuntime(found);
  return binaryRuntime(found);
}
