import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { MadeEvidence } from './make-evidence.ts';

/** Evidence in one file, as it was made. */
interface Recorded extends Omit<MadeEvidence, 'dir'> {
  /** Base64, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Writes evidence into one file, for tests of what was made long ago. */
export function recordEvidence({ dir, ...made }: MadeEvidence, file: string): void {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).toSorted();
  const files = names.filter((name) => statSync(join(dir, name)).isFile());
  const contents = files.map((name) => [name, readFileSync(join(dir, name)).toString('base64')]);
  const recorded: Recorded = { ...made, files: Object.fromEntries(contents) };
  writeFileSync(file, gzipSync(JSON.stringify(recorded), { level: 9 }));
}

/** Reads what was recorded. */
export function readRecorded(file: string): Recorded {
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Recorded;
}

/** Puts recorded evidence into a folder. */
export function unpackEvidence({ files, ...made }: Recorded, dir: string): MadeEvidence {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), Buffer.from(content, 'base64'));
  }
  return { dir, ...made };
}
