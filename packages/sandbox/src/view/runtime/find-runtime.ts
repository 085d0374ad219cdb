import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { misuse } from '../../base/errors.ts';
import { findProgram } from '../../base/find-program.ts';
import type { PackageFile } from '../../base/package-file.ts';
import { binaryRuntime, packageRuntime } from './binary-runtime.ts';
import { isNode } from './node-arguments.ts';
import { nodeRuntime } from './node-runtime.ts';
import { pythonRuntime } from './python-runtime.ts';
import type { Runtime } from './runtime.ts';

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
  if (isNode(found)) return nodeRuntime(place);
  if (/^python3?(\.\d+)?$/.test(basename(found))) return pythonRuntime(found);
  return binaryRuntime(found);
}
