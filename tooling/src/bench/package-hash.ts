import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFiles, packageHash } from '@wcp/evidence';
import { timesInTurns } from './measure.ts';
import { type BenchRow, sampledRow } from './row.ts';

const FILES = 1_000;
const FOLDERS = 20;
const SIZE = 1_024;
const LARGE = 64 * 1_048_576;
const ROUNDS = 15;

/** The hash of a package of many small files and of one large one, beside reading and hashing the same in one go. */
export async function packageHashRows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-bench-hash-'));
  try {
    const [many, large] = [join(folder, 'many'), join(folder, 'large')];
    writeModules(many);
    mkdirSync(large);
    writeFileSync(join(large, 'model.bin'), Buffer.alloc(LARGE, 'model'));
    await expectSame(many);
    return [
      ...(await rowsOf(`hash: ${FILES.toLocaleString('en')} files`, many, ROUNDS)),
      ...(await rowsOf('hash: a file of 64 MiB', large, 5)),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function rowsOf(name: string, folder: string, rounds: number): Promise<BenchRow[]> {
  const [floor = [], samples = []] = await timesInTurns(
    [() => hashAtOnce(folder), () => packageHash(folder)],
    rounds,
  );
  return [
    sampledRow(`${name}, read and hashed at once`, 'ms', floor),
    sampledRow(name, 'ms', samples, floor),
  ];
}

/** The least work: each file is read and hashed, nothing is checked, and nobody else has the thread. */
function hashAtOnce(folder: string): string {
  const lines = filesOf(folder).map((path) => {
    const bytes = readFileSync(join(folder, path));
    return `${path}\n${bytes.length}\n${hash('sha256', bytes)}\n`;
  });
  return `sha256:${hash('sha256', lines.sort().join(''))}`;
}

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

async function expectSame(folder: string): Promise<void> {
  const files = filesOf(folder).map((path) => ({ path, content: readFileSync(join(folder, path)) }));
  const given = [await packageHash(folder), hashAtOnce(folder)];
  if (given.some((each) => each !== hashFiles(files))) throw new Error('The hashes of the bench differ.');
}

function writeModules(folder: string): void {
  for (let index = 0; index < FILES; index += 1) {
    const place = join(folder, `module-${index % FOLDERS}`);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `file-${index}.js`), `export const value = ${index};\n`.padEnd(SIZE, '/'));
  }
}
