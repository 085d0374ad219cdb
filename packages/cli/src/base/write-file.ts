import { constants } from 'node:fs';
import { access, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CliError } from './cli-error.ts';
import { OWNER_ONLY } from './file-mode.ts';
import { fileProblem } from './problem.ts';
import { writeReasonOf } from './system-error.ts';

/** How a file is written. */
export interface WriteOptions {
  /** Replace an existing file; otherwise one is an error. */
  readonly force?: boolean;
  /** Permission bits of the new file (default: for its owner alone, and so are the folders that are created for it). */
  readonly mode?: number;
}

/**
 * Writes a file whole or not at all: to a temporary file beside it, flushed to disk, then moved into place.
 *
 * @throws {CliError} if the file already exists or cannot be written
 */
export async function writeWhole(file: string, text: string, options: WriteOptions = {}): Promise<void> {
  const { mode = OWNER_ONLY.file } = options;
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    await mkdir(dirname(file), {
      recursive: true,
      ...(mode === OWNER_ONLY.file && { mode: OWNER_ONLY.folder }),
    });
    await writeDurably(temporary, text, mode);
    if (options.force === true) await rename(temporary, file);
    else await moveToNewName(temporary, file);
  } catch (error) {
    throw error instanceof CliError ? error : cannotWrite(file, error);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** @throws {CliError} if one of the files exists: nothing is overwritten */
export async function refuseExisting(files: readonly string[], advice: string): Promise<void> {
  const present = await Promise.all(files.map(exists));
  const existing = files.filter((_, index) => present[index]);
  if (existing.length > 0) throw new CliError(existing.map((file) => existsProblem(file, advice)));
}

async function writeDurably(temporary: string, text: string, mode: number): Promise<void> {
  const file = await open(temporary, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A hard link fails if the name is taken, with no gap between the check and the write. */
async function moveToNewName(temporary: string, file: string): Promise<void> {
  try {
    await link(temporary, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || (await exists(file)))
      throw new CliError([existsProblem(file, 'Nothing was written.')]);
    await rename(temporary, file);
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file, constants.F_OK).then(
    () => true,
    () => false,
  );
}

function existsProblem(file: string, advice: string) {
  return fileProblem(file, 'EXISTS', `This already exists. ${advice}`);
}

function cannotWrite(file: string, error: unknown): CliError {
  return new CliError([fileProblem(file, 'UNWRITABLE', writeReasonOf(error))]);
}
