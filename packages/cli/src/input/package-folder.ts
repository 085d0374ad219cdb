import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WcpError } from '@wcp/spec';
import { CliError, usageError } from '../base/cli-error.ts';
import { fileProblem } from '../base/problem.ts';
import { reasonOf } from '../base/system-error.ts';

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

/** The members of a JSON file in a package, as defaults for options; empty if there is no such file. */
export async function packageMembers(dir: string, name: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = JSON.parse(await readFile(join(dir, name), 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
