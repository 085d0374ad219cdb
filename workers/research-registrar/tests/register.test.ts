import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { documentOf, freshRegistrar, hashOf } from './samples.ts';

const source = 'https://example.org/lighthouse';
const first = documentOf(source, ['The lamp is lit.', 'The horn sounds in fog.']);
const second = documentOf(source, ['The lamp is electric now.']);

/** The number of rows in each table of a store. */
function rowsOf(file: string): Record<string, unknown> {
  const db = new DatabaseSync(file, { readOnly: true });
  const count = (table: string) => db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'];
  const rows = {
    document: count('document'),
    chunk: count('chunk'),
    chunk_vector: count('chunk_vector'),
    chunk_words: count('chunk_words'),
  };
  db.close();
  return rows;
}

describe('registering a document', () => {
  test('A document is registered once, however often it is sent.', async () => {
    const { register, file } = freshRegistrar('file');
    const answers = [await register(first), await register(first), await register(structuredClone(first))];
    expect(answers.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
    expect(answers[0]?.result).toMatchObject({ chunks: 2, replaced: false, store: 'file' });
    expect(answers.slice(1).map(({ result }) => result)).toEqual([answers[0]?.result, answers[0]?.result]);
    expect(rowsOf(file)).toEqual({ document: 1, chunk: 2, chunk_vector: 2, chunk_words: 2 });
  });

  test('A document replaces the older one of its source completely.', async () => {
    const { register, find, file } = freshRegistrar('file');
    const older = (await register(first)).result as { document_id: string };
    const newer = (await register(second)).result as { document_id: string };
    expect(newer).toMatchObject({ chunks: 1, replaced: true });
    expect(newer.document_id).not.toBe(older.document_id);
    expect(await find({ query: 'horn fog' })).toEqual([]);
    expect(
      (await find({ query: 'lamp lit', vector: [1, 0, 0], model: 'test-3' })).map(({ text }) => text),
    ).toEqual(['The lamp is electric now.']);
    expect(rowsOf(file)).toEqual({ document: 1, chunk: 1, chunk_vector: 1, chunk_words: 1 });
    expect((await register(first)).result).toMatchObject({ document_id: older.document_id, replaced: true });
  });

  test.each<[string, Parameters<typeof documentOf>[2]]>([
    ['title', { title: 'The lighthouse' }],
    ['model', { model: 'other-3' }],
    ['vectors', { vectors: [[0, 1, 0]] }],
    ['spelling of its hash', { sha256: first.sha256.slice(7) }],
  ])('A document with the same hash and another %s replaces it under the same id.', async (_, more) => {
    const { register, file } = freshRegistrar('file');
    const { document_id } = (await register(first)).result as { document_id: string };
    const changed = documentOf(source, ['The lamp is lit.', 'The horn sounds in fog.'], more);
    expect((await register(changed)).result).toMatchObject({ document_id, replaced: true });
    expect(rowsOf(file)).toMatchObject({ document: 1, chunk: 2 });
  });

  test('The same hash from another source is another document.', async () => {
    const { register, file } = freshRegistrar('file');
    const one = (await register(first)).result as { document_id: string };
    const two = (await register({ ...first, source: `${source}/copy` })).result as { document_id: string };
    expect(two.document_id).not.toBe(one.document_id);
    expect(rowsOf(file)).toMatchObject({ document: 2, chunk: 4 });
  });

  test('A document of another tenant is not changed, and has another id.', async () => {
    const { register, find } = freshRegistrar();
    const mine = (await register(first, { tenant_id: 'me' })).result as { document_id: string };
    const theirs = (await register(second, { tenant_id: 'they' })).result as { document_id: string };
    expect(theirs).toMatchObject({ replaced: false });
    expect(theirs.document_id).not.toBe(mine.document_id);
    expect(await find({ query: 'horn' }, { tenant_id: 'me' })).toHaveLength(1);
  });

  test('A document comes back as it was given, whatever its characters.', async () => {
    const { register, retrieve } = freshRegistrar('file');
    const text =
      'word\u0000after NUL, 😀, \u202eright to left, e\u0301, "quotes", \'; DROP TABLE document;--';
    const odd = { ...documentOf("o'source\u0000", [text], { title: '\u0000' }), sha256: hashOf(text) };
    odd.chunks[0] = { text, heading: '# \u0000', vector: [1, 0, 0] };
    expect(await register(odd)).toMatchObject({ status: 'ok' });
    expect((await retrieve({ query: 'quotes' })).result).toMatchObject({
      hits: [{ source: odd.source, title: '\u0000', heading: '# \u0000', text }],
    });
    expect((await retrieve({ query: 'after' })).result).toMatchObject({ hits: [{ text }] });
  });
});

describe('the vectors of a model', () => {
  const wide = (name: string, model = 'test-3') =>
    documentOf(name, ['Wide.'], { vectors: [[1, 2, 3, 4]], model });

  test('All vectors of a model in a tenant have one length.', async () => {
    const { register, find } = freshRegistrar('file');
    await register(first);
    expect(await register(wide('other'))).toMatchObject({
      status: 'denied',
      deny_reason: { code: 'REGISTER_DIMENSION_MISMATCH' },
    });
    expect(await find({ query: 'wide' })).toEqual([]);
    expect(await register(wide('other', 'test-4'))).toMatchObject({ status: 'ok' });
    expect(await register(wide('other'), { tenant_id: 'they' })).toMatchObject({ status: 'ok' });
  });

  test('The only document of a model may change the length of its vectors.', async () => {
    const { register } = freshRegistrar('file');
    await register(first);
    expect(await register(wide(source))).toMatchObject({ status: 'ok', result: { replaced: true } });
  });

  test('Vectors may have any number that JSON can write.', async () => {
    const { register, find } = freshRegistrar('file');
    const vectors = [
      [1e300, 0, 0],
      [0, 5e-324, 0],
      [0, 0, 0],
      [-1.7e308, 1.7e308, 0],
    ];
    const texts = ['great', 'small', 'empty', 'mixed'];
    expect(await register(documentOf('extremes', texts, { vectors }))).toMatchObject({ status: 'ok' });
    const nearest = async (vector: number[]) =>
      (await find({ query: '?', vector, model: 'test-3' })).map(({ text }) => text);
    expect(await nearest([2, 0, 0])).toEqual(['great', 'small', 'mixed']);
    expect(await nearest([0, 1e308, 0])).toEqual(['small', 'mixed', 'great']);
    expect(await nearest([-1e-320, 1e-320, 0])).toEqual(['mixed', 'small', 'great']);
    expect(await nearest([0, 0, 0])).toEqual([]);
  });
});
