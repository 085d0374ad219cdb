import { describe, expect, test } from 'vitest';
import { catalog, findEntity, searchCatalog } from '../../src/catalog/catalog.ts';
import { isCatalogVersion } from '../../src/document/index.ts';
import { checkId } from '../../src/index.ts';

const ids = (query: string): string[] => searchCatalog(query).map(({ id }) => id);
const known = new Map(catalog.entities.map((entity) => [entity.id, entity]));
/** Members that refer to other entities, and what they refer to. */
const REFERENCES = {
  typical_controls: 'control',
  controls_required: 'control',
  required_controls: 'control',
  serves_capabilities: 'capability',
} as const;

/** Section 2, R14: what the protocol's text names and its catalog lacks. */
const PROTOCOL_TEXT = [
  'cap.doc.chunk',
  'cap.doc.hash',
  'cap.doc.pdf.extract',
  'cap.doc.summarize',
  'cap.mem.retrieve',
  'cap.ml.embed',
  'cap.ml.infer',
  'cap.notify.send',
  'cap.research.register',
  'cap.web.fetch',
  'ctrl.authz.fail-closed-policy-gate',
  'ctrl.identity.secrets-deny-default',
  'ctrl.integrity.package-attested',
  'ctrl.mem.provenance-required',
  'ctrl.net.egress-denied',
  'ctrl.trace.correlation-id-required',
  'evt.gov.blast-scored',
  'evt.gov.privilege-envelope-checked',
  'evt.os.policy.gated',
  'evt.os.task.denied',
  'evt.os.task.held',
  'evt.os.task.routed',
  'evt.os.worker.attestation-skipped',
  'evt.os.worker.selected',
  'evt.worker.executed',
  'evt.worker.failed',
  'prof.dev.permissive',
  'prof.edge.isolated',
  'prof.mem.rag-strict',
  'prof.prod.strict',
  'wrk.doc.chunker',
  'wrk.doc.hasher',
  'wrk.doc.pdf.extractor',
  'wrk.doc.summarizer',
  'wrk.mem.embedder',
  'wrk.ml.embedder',
  'wrk.ops.human-approver',
  'wrk.research.registrar',
  'wrk.web.fetcher',
];

describe('The catalog 1.1.0', () => {
  test('The catalog holds the 245 published entities and those that the text of the protocol names.', () => {
    expect(catalog.catalog_version).toBe('1.1.0');
    const published = catalog.entities.filter(({ origin }) => origin === 'catalog');
    const count = (type: string): number => published.filter((entity) => entity.type === type).length;
    expect(['capability', 'worker_species', 'control', 'profile', 'policy', 'event'].map(count)).toEqual([
      127, 48, 33, 33, 4, 0,
    ]);
    expect(published).toHaveLength(245);
    const added = catalog.entities.filter(({ origin }) => origin === 'protocol-text').map(({ id }) => id);
    expect(added.toSorted()).toEqual(PROTOCOL_TEXT);
    expect(catalog.entities).toHaveLength(284);
  });

  test('Every id occurs once, is canonical and has its own kind.', () => {
    expect(known.size).toBe(catalog.entities.length);
    for (const { id, type } of catalog.entities) {
      expect(checkId(id)).toMatchObject({ valid: true, kind: type, canonical: id, authority: null });
    }
  });

  test('Every entity has a name, a sentence, tags, a version and a status.', () => {
    for (const entity of catalog.entities) {
      expect(entity.name, entity.id).toMatch(/^\S.*\S$/);
      expect(entity.description, entity.id).toMatch(/^[A-Z].{20,}\.$/s);
      expect(entity.tags.length, entity.id).toBeGreaterThan(0);
      for (const tag of entity.tags) expect(tag, entity.id).toMatch(/^[a-z0-9]+([ -][a-z0-9]+)*$/);
      expect(isCatalogVersion(entity.since), entity.id).toBe(true);
      expect(entity.since).toBe(entity.origin === 'catalog' ? '1.0.0' : '1.1.0');
      expect(entity.status).toBe('active');
    }
  });

  test('No two entities have the same description.', () => {
    expect(new Set(catalog.entities.map(({ description }) => description)).size).toBe(
      catalog.entities.length,
    );
  });

  test('The catalog refers only to entities that it holds.', () => {
    for (const entity of catalog.entities) {
      for (const [member, type] of Object.entries(REFERENCES)) {
        for (const id of (entity[member] ?? []) as readonly string[]) {
          expect(known.get(id)?.type, `${entity.id} ${member} ${id}`).toBe(type);
        }
      }
    }
  });

  test('The catalog cannot be changed.', () => {
    const entity = findEntity('cap.doc.summarize') as unknown as { tags: string[] };
    expect(() => Object.assign(entity, { name: 'x' })).toThrow(TypeError);
    expect(() => entity.tags.push('x')).toThrow(TypeError);
    expect(() => (catalog.entities as unknown[]).push({})).toThrow(TypeError);
    expect(() => Object.assign(catalog, { catalog_version: 'x' })).toThrow(TypeError);
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(catalog)).toBe(true);
  });
});

describe('An entity is found', () => {
  test('An entity is found by its id, in either spelling of R2.', () => {
    expect(findEntity('cap.doc.summarize')?.id).toBe('cap.doc.summarize');
    expect(findEntity('ctrl.obs.audit-log-append-only')?.name).toBe('Append-Only Audit Log');
    expect(findEntity('ctrl.obs.audit_log_append_only')).toBe(findEntity('ctrl.obs.audit-log-append-only'));
    expect(findEntity('evt.gov.blast_scored')?.id).toBe('evt.gov.blast-scored');
    for (const entity of catalog.entities) expect(findEntity(entity.id)).toBe(entity);
  });

  test.each([
    '',
    'cap.hello.greet',
    'cap.doc',
    'CAP.DOC.SUMMARIZE',
    'wrk.ops.human_approver',
    'x.ada.doc',
    'constructor',
    '__proto__',
  ])('No entity is found by %j', (id) => {
    expect(findEntity(id)).toBeNull();
  });
});

describe('A search', () => {
  test('A search needs every word of the query, in any case and order.', () => {
    expect(ids('summarize document')[0]).toBe('cap.doc.summarize');
    expect(ids('DOCUMENT, Summarize!')).toEqual(ids('summarize document'));
    expect(ids('summarize zebra')).toEqual([]);
    for (const entity of searchCatalog('network egress')) {
      const text = JSON.stringify([entity.id, entity.name, entity.tags, entity.description]).toLowerCase();
      expect(text).toContain('netwo');
      expect(text).toContain('egres');
    }
  });

  test('A search for an id finds that entity first.', () => {
    expect(ids('cap.doc.summarize')[0]).toBe('cap.doc.summarize');
    expect(ids('ctrl.obs.audit-log-append-only')[0]).toBe('ctrl.obs.audit-log-append-only');
  });

  test('A segment of the id counts more than a part of it, then come the name, a tag and the description.', () => {
    const rankOf = (word: string, id: string): number => ids(word).indexOf(id);
    const by = (word: string, where: (entity: (typeof catalog.entities)[number]) => boolean): string[] =>
      searchCatalog(word)
        .filter(where)
        .map(({ id }) => id);
    const word = 'audit';
    const groups = [
      by(word, ({ id }) => id.split('.').includes(word)),
      by(word, ({ id }) => !id.split('.').includes(word) && id.includes(word)),
      by(word, ({ id, name }) => !id.includes(word) && name.toLowerCase().includes(word)),
      by(
        word,
        ({ id, name, tags }) =>
          !id.includes(word) && !name.toLowerCase().includes(word) && tags.some((tag) => tag.includes(word)),
      ),
      by(word, ({ id, name, tags }) => !`${id} ${name} ${tags}`.toLowerCase().includes(word)),
    ];
    expect(groups.flat()).toEqual(ids(word));
    expect(groups.filter((group) => group.length > 0).length).toBeGreaterThan(2);
    expect(rankOf(word, groups.flat()[0] as string)).toBe(0);
  });

  test('Equal results keep the order of the catalog.', () => {
    const order = new Map(catalog.entities.map(({ id }, index) => [id, index]));
    const positions = ids('sandbox')
      .filter((id) => id.startsWith('ctrl.sandbox.'))
      .map((id) => order.get(id) as number);
    expect(positions.length).toBeGreaterThan(3);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  });

  test.each(['', '   ', '!?', 'ä', '__'])('A search for %j finds nothing.', (query) => {
    expect(searchCatalog(query)).toEqual([]);
  });
});
