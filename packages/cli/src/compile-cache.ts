import { lstatSync, mkdirSync } from 'node:fs';
import * as module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What others may do to a folder. */
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Keeps what Node compiles of this program for its next run, which starts in about half the time. Node's own place for
 * it is in the folder for temporary files, where any user of the machine can make it first and leave code there to
 * run: this one belongs to the user alone. Without such a place, or with a Node that has no such cache, nothing is
 * kept. `NODE_COMPILE_CACHE` and `NODE_DISABLE_COMPILE_CACHE` still have their say.
 */
export function keepCompiledCode(): void {
  const folder = process.getuid === undefined ? undefined : privateFolder(process.getuid());
  if (folder !== undefined) module.enableCompileCache?.(folder);
}

function privateFolder(user: number): string | undefined {
  try {
    const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'wcp', 'compiled');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    return uid === user && (mode & WRITABLE_BY_OTHERS) === 0 ? folder : undefined;
  } catch {
    return undefined;
  }
}
