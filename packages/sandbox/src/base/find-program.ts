import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

/** The path of a program: a name is looked up on PATH, a path stays as it is. Null where it is not there. */
export async function findProgram(name: string, path = process.env['PATH'] ?? ''): Promise<string | null> {
  if (name.includes('/')) return (await isProgram(name)) ? name : null;
  for (const folder of path.split(':')) {
    // A relative folder would depend on where this process happens to be.
    if (!isAbsolute(folder)) continue;
    const place = join(folder, name);
    if (await isProgram(place)) return place;
  }
  return null;
}

async function isProgram(place: string): Promise<boolean> {
  try {
    await access(place, constants.X_OK);
    return (await stat(place)).isFile();
  } catch {
    return false;
  }
}
