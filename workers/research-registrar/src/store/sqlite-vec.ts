import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { getLoadablePath } from 'sqlite-vec';

const SUFFIXES: Readonly<Record<string, string>> = { win32: 'dll', darwin: 'dylib' };

/** The name of the extension's file on this platform. */
export const VEC_FILE = `vec0.${SUFFIXES[process.platform] ?? 'so'}`;

/** The path of the extension: beside the program when it was built, else in its package. */
export function vecPath(): string {
  const beside = fileURLToPath(new URL(VEC_FILE, import.meta.url));
  return existsSync(beside) ? beside : getLoadablePath();
}
