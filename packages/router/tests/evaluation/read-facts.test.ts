import { parseFacts } from '@wcp/spec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFacts } from '../../src/evaluation/read-facts.ts';
import { DECISION_ID, HASH, makeFacts, NOW, OTHER_HASH } from '../support.ts';

const bare = HASH.slice(7);
const approval = { id: 'a', level: 'executor', resolver: 's', decision_digest: HASH };

test('Facts with every member are read.', () => {
  const facts = {
    now: NOW,
    decision_id: DECISION_ID,
    workers: { a: { available: false, current_hash: HASH, signed: true }, b: {}, c: { current_hash: null } },
    banned_hashes: [bare, OTHER_HASH],
    chain: { blast_score: 4, depth: 2 },
    policy: { any: 'form' },
    credential: { valid: true, tenant_id: 't', reason: 'r' },
    approval: { ...approval, decision_digest: bare },
    frozen: { scope: 's', reason: 'r' },
    'x.spent': { b: { k: 3, l: 0 }, c: {} },
  };
  const unseen = { available: true, current_hash: null, signed: false };
  expect(readFacts(facts)).toMatchObject({
    ok: true,
    now: NOW,
    decision_id: DECISION_ID,
    workers: new Map<string, object>([
      ['a', { available: false, current_hash: HASH, signed: true }],
      ['b', unseen],
      ['c', unseen],
    ]),
    banned_hashes: new Set([HASH, OTHER_HASH]),
    chain_blast: 4,
    has_policy: true,
    policy: { any: 'form' },
    credential: { valid: true, tenant_id: 't' },
    approval: { level: 'executor', resolver: 's', decision_digest: HASH },
    frozen: 'r',
    spent: new Map([
      ['b', new Map(Object.entries({ k: 3, l: 0 }))],
      ['c', new Map()],
    ]),
  });
});

test('Null counts as absent in approval, credential and frozen.', () => {
  const facts = makeFacts({ approval: null, credential: null, frozen: null });
  expect(readFacts(facts)).toMatchObject({ ok: true, approval: null, credential: null, frozen: null });
});

test.each([
  'DECISION',
  DECISION_ID.toUpperCase(),
  `{${DECISION_ID}}`,
  DECISION_ID.slice(1),
  ` ${DECISION_ID}`,
  DECISION_ID.replaceAll('-', '0'),
  DECISION_ID.replace(/^./, '-'),
  DECISION_ID.replace(/^./, ':'),
  DECISION_ID.replace(/^./, '`'),
  DECISION_ID.replace(/^./, 'G'),
  DECISION_ID.replace(/^./, 'g'),
  DECISION_ID.replace(/^./, '/'),
  DECISION_ID.replace(/^./, 'é'),
])('A decision_id is a UUID in either case: %s', (decision_id) => {
  const good = decision_id === DECISION_ID.toUpperCase();
  expect(readFacts(makeFacts({ decision_id }))).toMatchObject({
    ok: good,
    decision_id: good ? decision_id : null,
  });
});

/** Values of a member, and whether the facts have their form with them. */
const VALUES: readonly (readonly [member: string, good: readonly unknown[], bad: readonly unknown[]])[] = [
  [
    'now',
    ['2026-01-01T00:00:00Z', '2028-02-29T23:59:59.123456789Z', '0001-01-01T00:00:00Z'],
    [
      '',
      7,
      null,
      '2026-01-01',
      '2026-02-29T00:00:00Z',
      '2026-01-01T24:00:00Z',
      '2026-01-01T00:00:60Z',
      '2026-01-01t00:00:00z',
      '2026-01-01T00:00:00.Z',
      '2026-01-01T00:00:00.0123456789Z',
      '2026-01-01T00:00:00+00:00',
      '2026-00-01T00:00:00Z',
      '2026-04-31T00:00:00Z',
    ],
  ],
  ['decision_id', [DECISION_ID], [null, 7, '', `${DECISION_ID}0`]],
  [
    'workers',
    [
      {},
      { a: {} },
      { '': {} },
      { a: { signed: true } },
      { a: { current_hash: 'any' } },
      { a: { available: true } },
    ],
    [
      null,
      [],
      'a',
      { a: null },
      { a: [] },
      { a: { available: 'yes' } },
      { a: { available: null } },
      { a: { signed: 1 } },
      { a: { current_hash: 7 } },
      { a: { more: 1 } },
      { a: { current_hash: '\ud800' } },
      { '\ud800': {} },
    ],
  ],
  [
    'banned_hashes',
    [[], [HASH], [bare, bare]],
    [null, {}, HASH, [''], [null], [HASH.toUpperCase()], [`${HASH}0`], [`sha512:${bare}`]],
  ],
  [
    'chain',
    [{}, { blast_score: 0 }, { depth: 0 }, { blast_score: 6.0, depth: Number.MAX_SAFE_INTEGER }],
    [
      null,
      [],
      1,
      { blast_score: -1 },
      { blast_score: 0.5 },
      { blast_score: '1' },
      { depth: null },
      { depth: -1 },
      { more: 1 },
    ],
  ],
  ['policy', [null, 0, 'x', [], {}, { throws: true }], []],
  [
    'credential',
    [
      null,
      { valid: true },
      { valid: false, tenant_id: null, reason: null },
      { valid: true, tenant_id: '', reason: 'r' },
    ],
    [
      {},
      [],
      true,
      { valid: 'true' },
      { valid: null },
      { valid: true, tenant_id: 7 },
      { valid: true, reason: [] },
      { valid: true, more: 1 },
      { tenant_id: 't' },
      { valid: true, tenant_id: '\udfff' },
    ],
  ],
  [
    'approval',
    [null, approval, { ...approval, decision_digest: bare }, { ...approval, id: '', resolver: '' }],
    [
      {},
      [],
      'a',
      { ...approval, level: 'boss' },
      { ...approval, level: null },
      { ...approval, id: null },
      { ...approval, resolver: 7 },
      { ...approval, decision_digest: '' },
      { ...approval, more: 1 },
      { id: 'a', level: 'executor', resolver: 's' },
      { ...approval, resolver: '\ud800' },
    ],
  ],
  [
    'frozen',
    [null, { scope: '', reason: '' }],
    [
      {},
      [],
      true,
      { scope: 's' },
      { reason: 'r' },
      { scope: 's', reason: null },
      { scope: 7, reason: 'r' },
      { scope: 's', reason: 'r', more: 1 },
    ],
  ],
  ['more', [], [1, null]],
];

test.each(VALUES)('Facts with %s are judged as parseFacts judges them.', (member, good, bad) => {
  for (const value of good) {
    const facts = { ...makeFacts(), [member]: value };
    expect([readFacts(facts).ok, parseFacts(facts).ok], JSON.stringify(value)).toEqual([true, true]);
  }
  for (const value of bad) {
    const facts = { ...makeFacts(), [member]: value };
    expect([readFacts(facts).ok, parseFacts(facts).ok], JSON.stringify(value)).toEqual([false, false]);
  }
});

test.each(['now', 'decision_id'])('Facts without %s are refused.', (member) => {
  const facts = makeFacts({ [member]: undefined });
  expect([readFacts(facts).ok, parseFacts(facts).ok]).toEqual([false, false]);
});

test('A count is at most 2^53 - 1.', () => {
  for (const chain of [{ blast_score: 2 ** 53 }, { depth: 1e300 }])
    expect(readFacts(makeFacts({ chain })).ok).toBe(false);
});

test('An undefined member is refused.', () => {
  for (const member of ['policy', 'workers', 'frozen'])
    expect(readFacts({ ...makeFacts(), [member]: undefined }).ok).toBe(false);
  for (const credential of [{ valid: true, reason: undefined }, { valid: undefined }])
    expect(readFacts({ ...makeFacts(), credential }).ok).toBe(false);
});

const scalar = fc.constantFrom<unknown>(
  null,
  true,
  0,
  1,
  -1,
  1.5,
  '',
  'x',
  HASH,
  bare,
  NOW,
  DECISION_ID,
  'gatekeeper',
  '\ud800',
);
const nested = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(
      fc.constantFrom(
        'available',
        'current_hash',
        'signed',
        'blast_score',
        'depth',
        'valid',
        'tenant_id',
        'reason',
        'id',
        'level',
        'resolver',
        'decision_digest',
        'scope',
        'a',
      ),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
})).value;
const members = [
  'now',
  'decision_id',
  'workers',
  'banned_hashes',
  'chain',
  'credential',
  'approval',
  'frozen',
  'x',
];

test('The functions readFacts and parseFacts accept the same facts.', () => {
  fc.assert(
    fc.property(fc.constantFrom(...members), nested, (member, value) => {
      const facts = { ...makeFacts(), [member]: value };
      expect(readFacts(facts).ok).toBe(parseFacts(facts).ok);
    }),
    { numRuns: 3_000 },
  );
});
