import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WcpError } from '@wcp/spec';
import { CliError, usageError } from '../base/cli-error.ts';
import { fileProblem } from '../base/problem.ts';
import { reasonOf } from '../base/system-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { InputReader } from './input-reader.ts';

/** The environment variable that holds the key of the HMAC form (section 8). */
export const HMAC_VARIABLE = 'WCP_ATTEST_HMAC_KEY';

/**
 * Runs a task on the folder of a package; an error about the package is reported under the folder's name.
 *
 * @throws {CliError}
 */
export async function inFolder<T>(dir: string, task: () => Promise<T>): Promise<T> {
  await checkFolder(dir);
  try {
    return await task();
  } catch (error) {
    if (error instanceof WcpError) throw new CliError([fileProblem(dir, 'PACKAGE_INVALID', error.message)]);
    throw error;
  }
}

async function checkFolder(dir: string): Promise<void> {
  let isFolder = false;
  try {
    isFolder = (await stat(dir)).isDirectory();
  } catch (error) {
    throw new CliError([fileProblem(dir, 'UNREADABLE', reasonOf(error).replace('file', 'folder'))]);
  }
  if (!isFolder) throw new CliError([fileProblem(dir, 'UNREADABLE', 'This is a file. Name its folder.')]);
}

/**
 * The key of the HMAC form from the environment.
 *
 * @throws {CliError} if it is not set
 */
export function hmacKeyFrom(env: Readonly<Record<string, string | undefined>>): string {
  const key = env[HMAC_VARIABLE];
  if (key === undefined || key === '')
    throw usageError(`--hmac-env reads the key from ${HMAC_VARIABLE}, which is not set.`);
  return key;
}

/**
 * The members of a JSON file in a package, as defaults for options; empty if there is no such file.
 *
 * @throws {CliError} for a file that is there and cannot be read as JSON: a default is never left out in silence
 */
export async function packageMembers(
  terminal: Terminal,
  dir: string,
  name: string,
): Promise<Readonly<Record<string, unknown>>> {
  const file = join(dir, name);
  if (!(await isThere(file))) return {};
  const reader = new InputReader(terminal);
  const document = await reader.json(file);
  reader.throwErrors();
  return Object(document?.value) as Record<string, unknown>;
}

/** Whether there is anything by this name, be it a link to nowhere. */
export async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
