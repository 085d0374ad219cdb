import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { registrarFor } from '../../src/index.ts';
import { callerOf, documentOf, freshFile, hashOf } from '../samples.ts';
import { createEarlierStore, type EarlierDocument } from './earlier-versions.ts';

/** A registrar with a store that an earlier version wrote. */
function upgraded(version: 1 | 2, documents: readonly EarlierDocument[]) {
  const file = freshFile();
  createEarlierStore(file, version, documents);
  const registrar = registrarFor(file);
  onTestFinished(() => registrar.close());
  return { ...callerOf(registrar), file, close: () => registrar.close() };
}

const earlier = (source: string, texts: readonly string[], more: Partial<EarlierDocument> = {}) => ({
  ...{ document_id: `doc-${source}`, source, sha256: hashOf(texts.join('\n')), texts },
  ...more,
});

/** What is in a file: its version, its documents, and whether SQLite finds it sound. */
function inside(file: string) {
  const db = new DatabaseSync(file);
  const [sound] = db.prepare('PRAGMA integrity_check').all();
  const strays = db.prepare('PRAGMA foreign_key_check').all();
  const version = db.prepare('PRAGMA user_version').get()?.['user_version'];
  const documents = db.prepare('SELECT source, part FROM document ORDER BY source, part').all();
  db.close();
  expect(sound).toEqual({ integrity_check: 'ok' });
  expect(strays).toEqual([]);
  return { version, documents: documents.map(({ source, part }) => [source, part]) };
}

describe.each([1, 2] as const)('a store of version %i', (version) => {
  test('A store of an earlier version keeps its documents with their ids, and finds them by words and by vectors.', async () => {
    const { find, file, close } = upgraded(version, [
      earlier('lighthouse', ['The lamp is lit.', 'The horn sounds in fog.'], { title: 'The lighthouse' }),
      earlier('boat', ['The boat is tarred.']),
    ]);
    expect(await find({ query: 'lamps', vector: [1, 0, 0], model: 'test-3' })).toMatchObject([
      { document_id: 'doc-lighthouse', title: 'The lighthouse', text: 'The lamp is lit.' },
      {},
      {},
    ]);
    expect(await find({ query: 'tarred' })).toMatchObject([{ document_id: 'doc-boat' }]);
    expect(await find({ query: 'lighthouse' })).toHaveLength(2);
    close();
    expect(inside(file)).toEqual({
      version: 3,
      documents: [
        ['boat', 1],
        ['lighthouse', 1],
      ],
    });
  });

  test('A store of an earlier version takes new documents, and replaces old ones completely.', async () => {
    const { register, find, file, close } = upgraded(version, [earlier('lighthouse', ['The lamp is lit.'])]);
    const newer = documentOf('lighthouse', ['The lamp is electric.']);
    expect((await register(newer)).result).toMatchObject({ replaced: true });
    expect((await register(documentOf('boat', ['The boat is tarred.']))).result).toMatchObject({
      replaced: false,
    });
    expect((await find({ query: 'lamp' })).map(({ text }) => text)).toEqual(['The lamp is electric.']);
    close();
    expect(inside(file).documents).toHaveLength(2);
  });

  test('A store of an earlier version joins the parts of a long document, so that a shorter one leaves none of them behind.', async () => {
    const handbook = ['The lamp is lit.', 'The horn sounds.', 'The boat is tarred.'];
    const sourceOf = (index: number) => (index === 0 ? 'handbook' : `handbook, part ${index + 1}`);
    const parts = handbook.map((text, index) =>
      earlier(sourceOf(index), [text], { title: 'Handbook', signing_key_id: 'key-1' }),
    );
    const strays = [
      earlier('handbook, part 5', ['The rope is long.'], { title: 'Handbook', signing_key_id: 'key-1' }),
      earlier('poem', ['The sea is grey.']),
      earlier('poem, part 2', ['The sea is blue.'], { title: 'Another poem' }),
    ];
    const { register, find, file, close } = upgraded(version, [...parts, ...strays]);
    expect(await find({ query: 'horn' })).toMatchObject([{ source: 'handbook', text: 'The horn sounds.' }]);
    await register(documentOf('handbook', ['The lamp is electric.']));
    expect(await find({ query: 'horn boat' })).toEqual([]);
    // A source of somebody's own that is called the same has an id of its own.
    const alike = documentOf('handbook, part 2', ['The horn sounds.']);
    expect(await register(alike)).toMatchObject({ status: 'ok' });
    close();
    expect(inside(file).documents).toEqual([
      ['handbook', 1],
      ['handbook, part 2', 1],
      ['handbook, part 5', 1],
      ['poem', 1],
      ['poem, part 2', 1],
    ]);
  });

  test('A store of an earlier version is brought up once, by the first of several that open it.', async () => {
    const { file, find } = upgraded(version, [earlier('lighthouse', ['The lamp is lit.'])]);
    const others = Array.from({ length: 3 }, () => registrarFor(file));
    const hits = await Promise.all([
      find({ query: 'lamp' }),
      ...others.map((each) => callerOf(each).find({ query: 'lamp' })),
    ]);
    for (const other of others) other.close();
    expect(hits.map((each) => each.length)).toEqual([1, 1, 1, 1]);
  });

  test('A store of an earlier version is left as it was when it cannot be brought up.', async () => {
    vi.spyOn(console, 'error').mockImplementationOnce(() => {});
    const { file, retrieve, close } = upgraded(version, [earlier('lighthouse', ['The lamp is lit.'])]);
    const db = new DatabaseSync(file);
    db.exec('CREATE TABLE new_document (id INTEGER)');
    const before = db.prepare('SELECT * FROM sqlite_schema').all();
    db.close();
    expect(await retrieve({ query: 'lamp' })).toMatchObject({
      deny_reason: { code: 'RETRIEVE_STORE_UNAVAILABLE' },
    });
    close();
    const after = new DatabaseSync(file);
    expect(after.prepare('SELECT * FROM sqlite_schema').all()).toEqual(before);
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: version });
    after.close();
  });
});

test('A store of version 1 finds words of scripts without spaces once it is brought up.', async () => {
  const { find } = upgraded(1, [earlier('tower', ['灯台の光は遠くまで届く。'])]);
  expect(await find({ query: '灯台' })).toHaveLength(1);
});
