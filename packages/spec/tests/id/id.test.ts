import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ID_KINDS } from '../../src/id/index.ts';
import { authorityOf, checkId } from '../../src/index.ts';

const answer = (id: unknown, kind?: string) => {
  const { valid, kind: found, canonical, authority } = checkId(id, kind);
  return [valid, found, canonical, authority];
};

const MAX_LENGTH = `cap.${'a'.repeat(60)}`;

describe('An id has two to four segments of a-z, 0-9 and -, at most 64 characters', () => {
  test.each([
    'cap.a',
    'cap.doc.summarize',
    'cap.a.b.c',
    'cap.-.-0-.9',
    'wrk.doc.summarizer',
    'ctrl.obs.audit-log-append-only',
    'pol.a',
    'prof.prod.strict',
    'evt.os.task.routed',
    'org.acme',
    'x.ada',
    'x.ada.doc.shred',
    'org.acme.a-b.prod-01',
    'org.x.cap',
    MAX_LENGTH,
  ])('%s is an id', (id) => {
    expect(checkId(id)).toMatchObject({ valid: true, canonical: id, findings: [] });
  });

  test.each([
    '',
    'cap',
    'cap.',
    '.cap',
    'cap..a',
    'cap.a.',
    'cap.a.b.c.d',
    'org.a.b.c.d',
    'org',
    'org.',
    'x..a',
    'cap.Doc',
    'CAP.doc',
    'Cap.doc',
    'cap.doc summarize',
    'cap.doc\n',
    '\ncap.doc',
    'cap.doc\u0000',
    'cap.d\u043ec',
    'cap.dóc',
    'cap.doc/x',
    'cap.doc_x',
    'wrk.doc_x',
    'org.ac_me',
    'org.acme.my_worker',
    'x.ada.my_control',
    'ctrl_.a',
    'c_trl.a',
    'foo.a.b',
    'cat.a',
    'caps.a',
    'orgs.a.b',
    'constructor.a',
    '__proto__.a',
    'toString.a',
    `${MAX_LENGTH}a`,
    `ctrl.${'_'.repeat(60)}`,
    `org.a.${'b'.repeat(60)}`,
  ])('%j is not an id', (id) => {
    expect(answer(id)).toEqual([false, null, null, null]);
    expect(checkId(id).findings).toEqual([{ path: '', code: 'INVALID_VALUE', message: expect.any(String) }]);
    for (const kind of ID_KINDS) expect(answer(id, kind)).toEqual([false, kind, null, null]);
  });

  test.each([null, undefined, 1, {}, ['cap.a'], Symbol('cap.a'), Object('cap.a')])(
    'What is not a text is not an id: %s',
    (value) => {
      expect(answer(value)).toEqual([false, null, null, null]);
      expect(answer(value, 'capability')).toEqual([false, 'capability', null, null]);
    },
  );
});

const KINDS: readonly (readonly [id: string, found: string, passesAs: readonly string[]])[] = [
  ['cap.doc.summarize', 'capability', ['capability']],
  ['wrk.doc.summarizer', 'worker_species', ['worker_species']],
  ['ctrl.obs.audit-log', 'control', ['control']],
  ['pol.gate.default', 'policy', ['policy']],
  ['prof.prod.strict', 'profile', ['profile']],
  ['evt.os.task.routed', 'event', ['event']],
  ['org.acme', 'authority', ['authority']],
  ['x.ada', 'authority', ['authority']],
  ...['org.acme.a', 'x.ada.doc.shred'].map((id) => [id, 'private', PRIVATE()] as const),
];

/** A private id passes where these are expected, and where a worker is. */
function PRIVATE(): readonly string[] {
  return ['capability', 'worker_species', 'control', 'policy', 'profile', 'private', 'worker'];
}

describe('The kind of an id', () => {
  test.each(KINDS)('The id %s is of kind %s', (id, found, passesAs) => {
    expect(checkId(id).kind).toBe(found);
    const passing = ID_KINDS.filter((kind) => checkId(id, kind).valid);
    expect(passing).toEqual(ID_KINDS.filter((kind) => passesAs.includes(kind)));
    for (const kind of ID_KINDS) expect(checkId(id, kind).kind).toBe(kind);
  });

  test('A private id is not an event.', () => {
    expect(answer('x.ada.event', 'event')).toEqual([false, 'event', null, null]);
  });

  test('An id is of kind worker only when that kind is asked for.', () => {
    expect(answer('org.acme.a.b')).toEqual([true, 'private', 'org.acme.a.b', 'org.acme']);
    expect(answer('org.acme.a.b', 'worker')).toEqual([true, 'worker', 'org.acme.a.b', 'org.acme']);
    expect(answer('org.acme', 'worker')).toEqual([false, 'worker', null, null]);
  });

  test.each(['workers', 'Capability', '', 'constructor', '__proto__', 'toString'])(
    'No id is of the kind %j',
    (kind) => {
      for (const [id] of KINDS) expect(answer(id, kind)).toEqual([false, kind, null, null]);
    },
  );

  test('An unknown kind is named in a message that is safe to show.', () => {
    expect(checkId('cap.a', 'a\n').findings[0]?.message).toContain('kind "a\\u000a"');
  });

  test('A kind that is not a text matches nothing, and the kind of the answer is null.', () => {
    for (const kind of [null, 1, {}, ['control'], Symbol('control')]) {
      expect(answer('ctrl.a', kind as unknown as string)).toEqual([false, null, null, null]);
    }
  });
});

describe('The canonical form of an id', () => {
  test.each([
    ['ctrl.obs.audit_log_append_only', 'ctrl.obs.audit-log-append-only', 'control'],
    ['pol._', 'pol.-', 'policy'],
    ['prof.prod.strict_', 'prof.prod.strict-', 'profile'],
    ['evt.os.task_routed', 'evt.os.task-routed', 'event'],
  ])('The canonical form of %s is %s', (id, canonical, kind) => {
    expect(answer(id)).toEqual([true, kind, canonical, null]);
    expect(answer(id, kind)).toEqual([true, kind, canonical, null]);
    expect(answer(canonical)).toEqual([true, kind, canonical, null]);
  });

  test('A canonical form is an id of the same kind and its own canonical form.', () => {
    const id = fc.stringMatching(/^(cap|wrk|ctrl|pol|prof|evt|org|x)(\.[a-z0-9_-]{1,12}){1,3}$/);
    fc.assert(
      fc.property(id, (text) => {
        const { valid, kind, canonical } = checkId(text);
        if (canonical === null) expect(valid).toBe(false);
        else expect(checkId(canonical)).toMatchObject({ valid: true, kind, canonical });
      }),
    );
  });
});

describe('The authority of an id', () => {
  test.each([
    ['org.acme', 'org.acme'],
    ['org.acme.doc-summarizer.prod-01', 'org.acme'],
    ['x.ada.doc', 'x.ada'],
    ['cap.org.acme', null],
    ['organisation.acme', null],
    ['xorg.a.b', null],
  ])('The authority of %s is %s', (id, authority) => {
    expect(authorityOf(id)).toBe(authority);
    if (checkId(id).valid) expect(checkId(id).authority).toBe(authority);
  });
});

test('The function checkId never throws, whatever the value.', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.anything(), fc.string({ unit: 'binary' })),
      fc.option(fc.string(), { nil: undefined }),
      (id, kind) => {
        const { valid, canonical, authority } = checkId(id, kind);
        if (!valid) expect([canonical, authority]).toEqual([null, null]);
      },
    ),
  );
});
