import { describe, expect, test } from 'vitest';
import { documentOf, freshRegistrar } from './samples.ts';

const TEXTS = [
  'The lens threw the light of a burner over the sea.',
  'A horn was sounded in fog.',
  'Salt had eaten the mortar of the tower.',
  'Keepers stopped noticing the noise.',
];
const VECTORS = [
  [1, 0, 0],
  [0, 1, 0],
  [0.1, 0, 1],
  [0, 0.9, 0.1],
];

async function library() {
  const registrar = freshRegistrar();
  await registrar.register(documentOf('lighthouse', TEXTS, { vectors: VECTORS, title: 'Cape Wren' }));
  const texts = async (...question: Parameters<typeof registrar.find>) =>
    (await registrar.find(...question)).map(({ text }) => TEXTS.indexOf(text));
  return { ...registrar, texts };
}

describe('searching by words', () => {
  test('A chunk is found by any form of its words.', async () => {
    const { texts } = await library();
    expect(await texts({ query: 'lens' })).toEqual([0]);
    expect(await texts({ query: 'BURNERS?' })).toEqual([0]);
    expect(await texts({ query: 'horns sounding' })).toEqual([1]);
    expect(await texts({ query: 'rádio zzz' })).toEqual([]);
  });

  test('The chunk with more and rarer words comes first, and each hit names its source.', async () => {
    const { register, retrieve } = await library();
    await register(
      documentOf('notes', ['The sea was calm.', 'The light of the lens was seen from the sea.']),
    );
    const { result } = await retrieve({ query: 'the light of the lens' });
    expect(result).toMatchObject({ store: 'memory' });
    const { hits } = result as { hits: Record<string, unknown>[] };
    expect(
      hits
        .slice(0, 2)
        .map(({ source }) => source)
        .sort(),
    ).toEqual(['lighthouse', 'notes']);
    expect(Object.keys(hits[0] ?? {}).sort()).toEqual([
      'document_id',
      'heading',
      'score',
      'source',
      'text',
      'title',
    ]);
    expect(hits.map(({ score }) => score)).toEqual(
      hits
        .map(({ score }) => score)
        .toSorted()
        .toReversed(),
    );
  });

  test('A title counts more than a text.', async () => {
    const { register, find } = freshRegistrar();
    await register(documentOf('a', ['The harbour is mentioned here, and the harbour again.']));
    await register(documentOf('b', ['Nothing of that kind.'], { title: 'Harbour' }));
    expect((await find({ query: 'harbour' })).map(({ text }) => text)).toEqual([
      'Nothing of that kind.',
      'The harbour is mentioned here, and the harbour again.',
    ]);
  });

  test.each([
    '"',
    '""',
    "'",
    '*',
    'horn*',
    '^horn',
    'horn"',
    '"horn',
    'horn AND',
    'NOT horn',
    'OR',
    'NEAR(horn fog, 0)',
    'text:horn',
    '{text title}: horn',
    '- text : horn',
    '+',
    '(',
    ')',
    'horn)',
    '(horn',
    'horn;--',
    '\u0000horn',
    'horn\u0000"',
    '\\"horn',
    "horn' OR 1=1",
    '{',
    ':',
    '-',
    '😀',
    '‮horn',
    'a'.repeat(4000),
    '" '.repeat(2000),
    'horn '.repeat(800),
    'é'.repeat(2000),
  ])('The text %j is searched as words, not as syntax.', async (query) => {
    const { retrieve, texts } = await library();
    expect(await retrieve({ query })).toMatchObject({ status: 'ok' });
    if (query.includes('horn')) expect(await texts({ query })).toContain(1);
  });

  test('A word that looks like syntax is searched as a word.', async () => {
    const { register, find } = freshRegistrar();
    await register(documentOf('logic', ['AND binds more than OR.', 'The text is plain.']));
    expect((await find({ query: 'NOT OR' })).map(({ text }) => text)).toEqual(['AND binds more than OR.']);
    expect((await find({ query: 'heading:plain' })).map(({ text }) => text)).toEqual(['The text is plain.']);
  });
});

describe('searching by vectors', () => {
  test('The nearest chunks come first, even without a word in common.', async () => {
    const { texts } = await library();
    expect(await texts({ query: '…', vector: [0, 1, 0], model: 'test-3' })).toEqual([1, 3, 0, 2]);
    expect(await texts({ query: '…', vector: [9, 0, 0], model: 'test-3', limit: 1 })).toEqual([0]);
  });

  test('A chunk that both searches find comes before one that only one finds.', async () => {
    const { texts } = await library();
    // The words find only 2; by nearness 3 is first, and 2 last but one.
    const found = await texts({ query: 'mortar', vector: [0, 0.9, 0.2], model: 'test-3' });
    expect(found[0]).toBe(2);
    expect(found[1]).toBe(3);
  });

  test('Vectors of another model are not compared.', async () => {
    const { register, find } = await library();
    await register(documentOf('other', ['Other model.'], { model: 'other-3', vectors: [[0, 1, 0]] }));
    const found = await find({ query: '…', vector: [0, 1, 0], model: 'other-3' });
    expect(found.map(({ text }) => text)).toEqual(['Other model.']);
  });

  test('A vector that cannot be compared is denied, not ignored.', async () => {
    const { retrieve } = await library();
    expect(await retrieve({ query: 'horn', vector: [1], model: 'test-3' })).toMatchObject({
      status: 'denied',
      deny_reason: { code: 'RETRIEVE_DIMENSION_MISMATCH' },
    });
    expect(await retrieve({ query: 'horn', vector: [1], model: 'nothing' })).toMatchObject({
      status: 'denied',
      deny_reason: { code: 'RETRIEVE_MODEL_UNKNOWN' },
    });
  });

  test('A vector finds nothing in an empty store.', async () => {
    const { find } = freshRegistrar();
    expect(await find({ query: 'horn', vector: [1], model: 'nothing' })).toEqual([]);
  });
});

describe('access', () => {
  const question = { query: 'horn', vector: [0, 1, 0], model: 'test-3' };

  test('A dispatch sees only the documents of its own tenant.', async () => {
    const { find, retrieve } = await library();
    expect(await find(question, { tenant_id: 'they' })).toEqual([]);
    expect(await retrieve({ query: 'horn' }, { tenant_id: "x' OR '1" as never })).toMatchObject({
      deny_reason: { code: 'WORKER_INVALID_CONTEXT' },
    });
  });

  test('A dispatch sees only documents with its data label or a more open one.', async () => {
    const { register, find, retrieve } = freshRegistrar();
    const labels = ['PUBLIC', 'INTERNAL', 'RESTRICTED'] as const;
    for (const data_label of labels)
      await register(documentOf(data_label, [`horn ${data_label}`]), { data_label });
    const seen = labels.map(
      async (data_label) => (await find({ ...question, vector: [1, 0, 0] }, { data_label })).length,
    );
    expect(await Promise.all(seen)).toEqual([1, 2, 3]);
    const words = labels.map(async (data_label) => (await find({ query: 'horn' }, { data_label })).length);
    expect(await Promise.all(words)).toEqual([1, 2, 3]);
    await register(documentOf('secret', ['x'], { model: 'secret-3' }), { data_label: 'RESTRICTED' });
    expect(await retrieve({ ...question, model: 'secret-3' })).toMatchObject({
      deny_reason: { code: 'RETRIEVE_MODEL_UNKNOWN' },
    });
  });
});

test('There are five hits by default and fifty at most.', async () => {
  const { register, find } = freshRegistrar();
  const texts = Array.from({ length: 80 }, (_, n) => `horn ${n}`);
  await register(documentOf('many', texts));
  const found = await find({ query: 'horn', vector: [1, 0, 0], model: 'test-3', limit: 50 });
  expect([found.length, new Set(found.map(({ text }) => text)).size]).toEqual([50, 50]);
  expect(await find({ query: 'horn' })).toHaveLength(5);
  expect(await find({ query: 'horn' })).toEqual(await find({ query: 'horn' }));
});
