import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { contextOf, documentOf, freshFile } from './samples.ts';

const program = join(import.meta.dirname, '..', 'src', 'main.ts');
const CHUNKS = 20;
const texts = (words: string) => Array.from({ length: CHUNKS }, (_, n) => `${words} ${n}`);
const callOf = (source: string, words: string) =>
  `${JSON.stringify({ context: contextOf('cap.research.register'), request: documentOf(source, texts(words)), id: source })}\n`;

/** A registrar in its own process; `answered` gets the id of each answer that is `ok`. */
function start(file: string, answered: (id: string) => void): ChildProcess {
  const child = spawn(process.execPath, [program, '--stdio'], {
    env: { WCP_RESEARCH_DB: file },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin?.on('error', () => {});
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    const { id, status } = JSON.parse(line);
    if (status === 'ok') answered(id);
  });
  return child;
}

/** The sources of a store, after a check that each document is complete. */
function wholeSources(file: string): string[] {
  const db = new DatabaseSync(file);
  expect(db.prepare('PRAGMA integrity_check').get()).toMatchObject({ integrity_check: 'ok' });
  db.exec("INSERT INTO chunk_words(chunk_words) VALUES('integrity-check')");
  const documents = db
    .prepare(`
      SELECT source, (SELECT count(*) FROM chunk WHERE document = document.id) AS chunks,
        (SELECT count(*) FROM chunk_vector WHERE document = document.id) AS vectors,
        (SELECT count(*) FROM chunk_words WHERE rowid IN (SELECT id FROM chunk WHERE document = document.id)) AS words
      FROM document`)
    .all();
  const words = db.prepare('SELECT count(*) AS n FROM chunk_words').get();
  db.close();
  for (const document of documents)
    expect(document).toMatchObject({ chunks: CHUNKS, vectors: CHUNKS, words: CHUNKS });
  expect(words).toEqual({ n: documents.length * CHUNKS });
  return documents.map(({ source }) => String(source));
}

test('A killed process leaves whole documents, and every one that it confirmed.', async () => {
  const file = freshFile();
  const answered = new Set<string>();
  for (let round = 0; round < 4; round += 1) {
    let enough = () => {};
    const reached = new Promise<void>((resolve) => {
      enough = resolve;
    });
    let answers = 0;
    const child = start(file, (id) => {
      answered.add(id);
      answers += 1;
      if (answers === 5 + 9 * round) enough();
    });
    // Old documents get new content, and new ones follow.
    for (let n = 0; n < 300; n += 1)
      child.stdin?.write(callOf(`source-${n % 30}`, `round ${round} call ${n}`));
    await reached;
    child.kill('SIGKILL');
    await once(child, 'close');
    const sources = new Set(wholeSources(file));
    expect([...answered].filter((source) => !sources.has(source))).toEqual([]);
  }
  expect(answered.size).toBe(30);
});

test('Processes that create one store at the same time all register.', async () => {
  const file = freshFile();
  const answered: string[] = [];
  const processes = ['a', 'b', 'c', 'd'].map((name) => {
    const child = start(file, (id) => answered.push(id));
    for (let n = 0; n < 10; n += 1) child.stdin?.write(callOf(`${name}-${n}`, name));
    child.stdin?.end();
    return once(child, 'close');
  });
  await Promise.all(processes);
  expect(answered).toHaveLength(40);
  expect(wholeSources(file).sort()).toEqual(answered.sort());
});
