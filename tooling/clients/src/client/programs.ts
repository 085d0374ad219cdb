import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Runs a program to its end, without an input. */
export const run = promisify(execFile);

/** Where programs are looked for: first where this very Node is. */
export const PATH = process.env['PATH'] ?? '';

/** The program of a package that is installed for this check. */
export function bin(name: string): string {
  return fileURLToPath(new URL(`../../node_modules/.bin/${name}`, import.meta.url));
}
