import { dirname } from 'node:path';
import { misuse } from '../../base/errors.ts';
import { findProgram } from '../../base/find-program.ts';
import type { ViewEntry } from '../view-entry.ts';
import { programEntries } from './program-entries.ts';

/** The programs that an envelope names. */
export interface Tools {
  readonly entries: readonly ViewEntry[];
  /** The folders that they are in: all of the program's PATH beside its runtime. */
  readonly folders: readonly string[];
}

/** Each tool of an envelope, a name on PATH or a path, with the libraries that it needs. */
export async function toolEntries(names: readonly string[]): Promise<Tools> {
  const places = await Promise.all(names.map(placeOf));
  return {
    entries: places.flatMap((place) => programEntries(place, place)),
    folders: [...new Set(places.map((place) => dirname(place)))],
  };
}

async function placeOf(name: string): Promise<string> {
  const isNamed = !name.includes('/') || name.startsWith('/');
  const place = isNamed && name !== '' ? await findProgram(name) : null;
  if (place === null) {
    throw misuse(
      `The tool ${JSON.stringify(name)} is not on this machine. Install it, or take it out of the envelope.`,
    );
  }
  return place;
}
