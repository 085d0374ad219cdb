// `world_digest` (section 13): the documents as given.
import { canonicalJson, sha256 } from '@wcp/spec';
import { expect, test } from 'vitest';
import { compileWorld, decide, type WorldDocuments } from '../../src/index.ts';
import { makeFacts, makeInput, makeRecord, makeRule, worldOf } from '../support.ts';

const digestOf = (documents: WorldDocuments): string | null => compileWorld(documents).digest;

test('The digest covers the documents as given, before any normalisation.', () => {
  const rules = [makeRule({ decision: { required_controls_suggested: ['ctrl.a.b_c'] } })];
  const workers = [makeRecord({ worker_id: 'org.b.c' }), makeRecord({ worker_id: 'org.a.b' })];
  const config = { profile: 'prof.mem.rag_strict' };
  const text = canonicalJson({
    catalog_version: 'wcp-catalog@1.1.0',
    config,
    rules,
    workers: [workers[1], workers[0]],
  });
  const documents = { rules, workers, config, catalogVersion: 'wcp-catalog@1.1.0' };
  expect(digestOf(documents)).toBe(sha256(text));
  expect(digestOf({ ...documents, rules: { rules } })).toBe(sha256(text));
  expect(digestOf({ ...documents, workers: [workers[1], workers[0]] })).toBe(sha256(text));
  expect(digestOf({ ...documents, config: { profile: 'prof.mem.rag-strict' } })).not.toBe(sha256(text));
});

test('Workers with the same id keep their order, and one whose id is not a text comes first.', () => {
  const workers = [
    { worker_id: 'b' },
    { worker_id: 'a', n: 1 },
    { worker_id: 7 },
    { worker_id: 'a', n: 2 },
    {},
  ];
  const sorted = [
    { worker_id: 7 },
    {},
    { worker_id: 'a', n: 1 },
    { worker_id: 'a', n: 2 },
    { worker_id: 'b' },
  ];
  const text = canonicalJson({ catalog_version: '1.0.0', config: {}, rules: [], workers: sorted });
  expect(digestOf({ workers })).toBe(sha256(text));
});

test('Workers are sorted by UTF-16 code units.', () => {
  const workers = [
    { worker_id: '\u{1f600}' },
    { worker_id: '\uffff' },
    { worker_id: 'Z' },
    { worker_id: 'a' },
  ];
  const order = [2, 3, 0, 1].map((index) => workers[index]);
  const text = canonicalJson({ catalog_version: '1.0.0', config: {}, rules: [], workers: order });
  expect(digestOf({ workers })).toBe(sha256(text));
});

test('Broken documents have a digest too, where they have canonical JSON.', () => {
  const text = '{"catalog_version":7,"config":null,"rules":{"more":1,"rules":3},"workers":{}}';
  expect(digestOf({ catalogVersion: 7, config: null, rules: { rules: 3, more: 1 }, workers: {} })).toBe(
    sha256(text),
  );
  const list = '{"catalog_version":"1.0.0","config":{},"rules":[],"workers":[]}';
  expect(digestOf({ rules: { rules: [], more: 1 } })).toBe(sha256(list));
});

test('There is no digest where a worker is not an object or a document has no canonical JSON.', () => {
  for (const documents of [
    { workers: [null] },
    { workers: [[]] },
    { workers: ['x'] },
    { workers: [{ n: 1n }] },
    { workers: () => [] },
    { rules: [undefined] },
    { config: { n: Number.NaN } },
    { catalogVersion: '\ud800' },
  ])
    expect(digestOf(documents)).toBeNull();
});

test('A record without canonical JSON breaks only itself, and the world has no digest.', () => {
  const world = worldOf({ workers: (record) => [record, { ...record, notes: '\ud800' }] });
  expect(world.diagnostics).toMatchObject([{ level: 'error', code: 'NOT_JSON', path: '/workers/1/notes' }]);
  expect(decide(world, makeFacts(), makeInput())).toMatchObject({ outcome: 'DISPATCH', world_digest: null });
});
