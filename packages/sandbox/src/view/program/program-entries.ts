import { readFileSync, realpathSync } from 'node:fs';
import { misuse } from '../../base/errors.ts';
import type { ViewEntry } from '../view-entry.ts';
import { librariesOf, needsOf } from './libraries.ts';

/** A script that names an interpreter that names another, and so on, is no program. */
const MAX_INTERPRETERS = 4;

/** A program of the host with all that it needs to start: its libraries, or the interpreter of a script. */
export function programEntries(file: string, to: string, depth = 0): ViewEntry[] {
  const place = realpathSync(file);
  const own: ViewEntry = { kind: 'bind', from: place, to, access: 'read' };
  const needs = needsOf(place);
  if (needs !== null) return [...librariesOf([{ needs, place }]).map(asItIs), own];
  const interpreter = interpreterOf(readFileSync(place).subarray(0, 256));
  if (interpreter === null || depth >= MAX_INTERPRETERS) {
    throw misuse(`${file} is neither a program of this machine nor a script that names its interpreter.`);
  }
  return [...programEntries(interpreter, interpreter, depth + 1), own];
}

/** The interpreter that the first line of a script names; null where it names none. */
export function interpreterOf(start: Uint8Array): string | null {
  const text = Buffer.from(start).toString('latin1');
  return /^#! *(\/[^\s]+)/.exec(text)?.[1] ?? null;
}

function asItIs(file: string): ViewEntry {
  return { kind: 'bind', from: realpathSync(file), to: file, access: 'read' };
}
