import { chmod, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unusableFile } from '../deployment-error.ts';

const OWNER_ONLY = 0o600;

/**
 * Makes a file of a folder for its owner alone: complete or not at all, on disk before it is used, and never over
 * another one.
 *
 * @throws {DeploymentError} where it cannot be made
 */
export async function makePrivateFile(dir: string, name: string, text: string): Promise<void> {
  const file = join(dir, name);
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(temporary, 'wx', OWNER_ONLY);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chmod(temporary, OWNER_ONLY);
    await link(temporary, file);
    await syncFolder(dirname(file));
  } catch (error) {
    throw unusableFile(name, error);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** Puts a file of a folder in the place of another, in one step. @throws {DeploymentError} where that cannot be */
export async function replacePrivateFile(dir: string, from: string, to: string): Promise<void> {
  try {
    await rename(join(dir, from), join(dir, to));
    await syncFolder(dirname(join(dir, to)));
  } catch (error) {
    throw unusableFile(to, error);
  }
}

/** A name that was not written to disk yet is gone after a power failure. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
