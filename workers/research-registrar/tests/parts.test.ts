import { describe, expect, test } from 'vitest';
import { documentOf, freshRegistrar } from './samples.ts';

const SOURCE = 'https://example.org/handbook';
const TEXTS = ['The lamp is lit.', 'The horn sounds.', 'The boat is tarred.'];

/** A part of the handbook. */
const partOf = (number: number, of: number, text = TEXTS[number - 1] ?? '') =>
  documentOf(SOURCE, [text], { part: { number, of } });

async function withHandbook() {
  const registrar = freshRegistrar();
  const results = [];
  for (const number of [1, 2, 3]) results.push((await registrar.register(partOf(number, 3))).result);
  const texts = async () =>
    (await registrar.find({ query: 'lamp horn boat', limit: 50 })).map(({ text }) => text).toSorted();
  return { ...registrar, results, texts };
}

describe('registering a document in parts', () => {
  test('The parts of a long document have one source, an id each, and are all found.', async () => {
    const { results, texts, retrieve } = await withHandbook();
    expect(results).toMatchObject([{ replaced: false }, { replaced: false }, { replaced: false }]);
    expect(new Set(results.map((result) => (result as { document_id: string }).document_id)).size).toBe(3);
    expect(await texts()).toEqual(TEXTS.toSorted());
    const { result } = await retrieve({ query: 'boat' });
    expect(result).toMatchObject({ hits: [{ source: SOURCE, text: 'The boat is tarred.' }] });
  });

  test('A part that is registered again replaces that part alone.', async () => {
    const { register, texts } = await withHandbook();
    expect((await register(partOf(2, 3))).result).toMatchObject({ replaced: false });
    expect((await register(partOf(2, 3, 'The horn is new.'))).result).toMatchObject({ replaced: true });
    expect(await texts()).toEqual(['The boat is tarred.', 'The horn is new.', 'The lamp is lit.']);
  });

  test('A document that became shorter leaves none of its later parts behind.', async () => {
    const { register, texts } = await withHandbook();
    expect((await register(partOf(1, 2))).result).toMatchObject({ replaced: true });
    expect((await register(partOf(2, 2))).result).toMatchObject({ replaced: true });
    expect(await texts()).toEqual(['The horn sounds.', 'The lamp is lit.']);
  });

  test('A document that fits into one request now replaces all of its parts.', async () => {
    const { register, texts } = await withHandbook();
    const whole = documentOf(SOURCE, ['The lamp is electric.']);
    expect((await register(whole)).result).toMatchObject({ replaced: true });
    expect(await texts()).toEqual(['The lamp is electric.']);
  });

  test('The same first part again removes what somebody added after its end.', async () => {
    const { register, texts } = await withHandbook();
    await register(partOf(1, 1));
    await register(partOf(3, 3));
    expect(await texts()).toEqual(['The boat is tarred.', 'The lamp is lit.']);
    expect((await register(partOf(1, 1))).result).toMatchObject({ replaced: true });
    expect(await texts()).toEqual(['The lamp is lit.']);
  });

  test('The parts of other sources and of other tenants stay.', async () => {
    const { register, find } = await withHandbook();
    const other = { ...partOf(2, 2), source: `${SOURCE}, second edition` };
    await register(other);
    await register(partOf(2, 2), { tenant_id: 'they' });
    await register(documentOf(SOURCE, ['The lamp is electric.']));
    expect((await find({ query: 'horn' })).map(({ text }) => text)).toEqual(['The horn sounds.']);
    expect(await find({ query: 'horn' }, { tenant_id: 'they' })).toHaveLength(1);
  });

  test('A part with vectors of another length is denied, and removes nothing.', async () => {
    const { register, texts } = await withHandbook();
    const odd = documentOf(SOURCE, ['The lamp is odd.'], { part: { number: 1, of: 2 }, vectors: [[1, 0]] });
    expect(await register(odd)).toMatchObject({ deny_reason: { code: 'REGISTER_DIMENSION_MISMATCH' } });
    expect(await texts()).toEqual(TEXTS.toSorted());
    const alone = documentOf(SOURCE, ['The lamp is odd.'], { vectors: [[1, 0]] });
    expect(await register(alone)).toMatchObject({ status: 'ok' });
    expect(await texts()).toEqual(['The lamp is odd.']);
  });

  test.each([
    { number: 3, of: 2 },
    { number: 0, of: 2 },
    { number: 1, of: 10_001 },
    { number: 1.5, of: 2 },
    { number: 1 },
  ])('The value %j is not a part.', async (part) => {
    const { register } = freshRegistrar();
    const document = { ...documentOf(SOURCE, ['The lamp is lit.']), part: part as never };
    const answer = await register(document);
    expect(answer).toMatchObject({ status: 'denied', result: null });
    expect(JSON.stringify(answer)).toContain('"/part');
  });
});
