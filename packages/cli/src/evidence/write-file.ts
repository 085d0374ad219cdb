import { constants } from 'node:fs';
import { access, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { fileProblem } from '../input/input-problem.ts';
import { reasonOf } from '../input/read-text.ts';

/** How a file is written. */
export interface WriteOptions {
  /** Replace what stands there; without it that is an error. */
  readonly force?: boolean;
  /** Permission bits of the new file; 0o644 where absent. */
  readonly mode?: number;
}

/**
 * Writes a file whole or not at all: beside its place first, flushed to the disk, then moved there.
 *
 * @throws {CliError} where the file exists already or cannot be written
 */
export async function writeWhole(file: string, text: string, options: WriteOptions = {}): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeDurably(temporary, text, options.mode ?? 0o644);
    if (options.force === true) await rename(temporary, file);
    else await placeAnew(temporary, file);
  } catch (error) {
    throw error instanceof CliError ? error : cannotWrite(file, error);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** @throws {CliError} where one of the files exists: nothing is to be overwritten */
export async function refuseExisting(files: readonly string[], advice: string): Promise<void> {
  const present = await Promise.all(files.map(exists));
  const taken = files.filter((_, index) => present[index]);
  if (taken.length > 0) throw new CliError(taken.map((file) => takenProblem(file, advice)));
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

/** A hard link fails where something stands already, without a moment between looking and writing. */
async function placeAnew(temporary: string, file: string): Promise<void> {
  try {
    await link(temporary, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' || (await exists(file)))
      throw new CliError([takenProblem(file, 'Nothing was written.')]);
    await rename(temporary, file);
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file, constants.F_OK).then(
    () => true,
    () => false,
  );
}

function takenProblem(file: string, advice: string) {
  return fileProblem(file, 'EXISTS', `This exists already. ${advice}`);
}

function cannotWrite(file: string, error: unknown): CliError {
  return new CliError([fileProblem(file, 'UNWRITABLE', writeReasonOf(error))]);
}

const FORBIDDEN = new Set(['EACCES', 'EPERM', 'EROFS']);

/** Why the system refused to write, in one sentence without a path. */
export function writeReasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return 'The disk is full.';
  return FORBIDDEN.has(code ?? '') ? 'You may not write here.' : reasonOf(error);
}
