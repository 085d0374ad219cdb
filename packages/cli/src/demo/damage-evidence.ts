import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EVIDENCE_FILES } from '../evidence/evidence-files.ts';
import { writeWhole } from '../evidence/write-file.ts';

/** What was done to a copy of the evidence: numbers of receipts, from 1. */
export interface Damage {
  readonly dir: string;
  readonly changed: number;
  readonly deleted: number;
}

const CHANGED = 3;
const DELETED = 5;

/** Copies a folder of evidence into itself, changes one byte of one receipt there and deletes another. */
export async function damageCopy(dir: string): Promise<Damage> {
  const copy = join(dir, 'damaged');
  await mkdir(copy, { recursive: true });
  const { receipts, keys, checkpoint } = EVIDENCE_FILES;
  await Promise.all([keys, checkpoint].map((name) => copyFile(join(dir, name), join(copy, name))));
  const lines = (await readFile(join(dir, receipts), 'utf8')).split('\n');
  lines[CHANGED - 1] = changeOneByte(lines[CHANGED - 1] ?? '');
  lines.splice(DELETED - 1, 1);
  await writeWhole(join(copy, receipts), lines.join('\n'));
  return { dir: copy, changed: CHANGED, deleted: DELETED };
}

/** The last digit of the hash of what was asked becomes another. */
function changeOneByte(line: string): string {
  const mark = '"artifact_hash":"sha256:';
  const at = line.indexOf(mark) + mark.length + 63;
  return `${line.slice(0, at)}${line[at] === '0' ? '1' : '0'}${line.slice(at + 1)}`;
}
