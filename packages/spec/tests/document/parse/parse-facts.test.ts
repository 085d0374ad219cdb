import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFacts } from '../../../src/index.ts';
import { nearSchema } from '../near-schema.ts';

const HEX = '0123456789abcdef'.repeat(4);
const LEAST = { now: '2026-01-01T00:00:00.000Z', decision_id: '6b1f4c8e-0f5a-4f6e-8d43-0c8f5f0a7e21' };
const FACTS = {
  ...LEAST,
  workers: {
    'org.acme.doc-summarizer.prod-01': { available: true, current_hash: `sha256:${HEX}`, signed: false },
  },
  banned_hashes: [`sha256:${HEX}`],
  chain: { blast_score: 3, depth: 1 },
  policy: { decision: 'ALLOW', policy_version: 'policy.v3', reason: 'office hours' },
  credential: { valid: true, tenant_id: 'agent.research', reason: null },
  approval: { id: 'a', level: 'gatekeeper', resolver: 'ada', decision_digest: `sha256:${HEX}` },
  frozen: { scope: 'hall', reason: 'incident' },
  'x.spent': { b: { k: 3 } },
};

function withAt(path: string, value: unknown): object {
  const copy = structuredClone(FACTS) as Record<string, unknown>;
  const segments = path.split('/').slice(1);
  const last = segments.pop() as string;
  const holder = segments.reduce<Record<string, unknown>>(
    (at, name) => at[name] as Record<string, unknown>,
    copy,
  );
  if (value === ABSENT) delete holder[last];
  else holder[last] = value;
  return copy;
}
const ABSENT = Symbol('absent');

const findingsOf = (facts: unknown): string[] => {
  const parsed = parseFacts(facts);
  return parsed.ok ? [] : parsed.findings.map(({ path, code }) => `${path} ${code}`);
};
const raise = (): never => {
  throw new Error('trap');
};

describe('Facts', () => {
  test('Facts may have every member of section 4.4 and must have now and decision_id.', () => {
    expect(parseFacts(FACTS)).toEqual({ ok: true, value: FACTS, diagnostics: [] });
    expect(parseFacts(LEAST)).toEqual({ ok: true, value: LEAST, diagnostics: [] });
    expect(findingsOf({})).toEqual(['/decision_id MISSING_MEMBER', '/now MISSING_MEMBER']);
  });

  const WORKER = '/workers/org.acme.doc-summarizer.prod-01';
  test.each<[path: string, values: readonly unknown[]]>([
    ['/now', ['2024-02-29T23:59:59Z', '0001-01-01T00:00:00.1Z', '9999-12-31T00:00:00.123456789Z']],
    ['/decision_id', ['6B1F4C8E-0f5a-4f6e-8d43-0c8f5f0a7e21', '00000000-0000-0000-0000-000000000000']],
    ['/workers', [{}, { '': {} }, { 'any string \n': {} }, { constructor: { available: false } }]],
    [WORKER, [{}, { current_hash: null }, { current_hash: 'malformed' }]],
    ['/banned_hashes', [[], [HEX, `sha256:${HEX}`]]],
    ['/chain', [{}, { depth: 0 }, { blast_score: 2 ** 53 - 1 }, { blast_score: -0 }]],
    ['/credential', [null, { valid: false }, { valid: true, tenant_id: null, reason: null }]],
    ['/x.spent', [{}, { '': {} }, { 'any string \n': { constructor: 0 } }]],
    ['/x.spent/b/k', [0, 2 ** 53 - 1]],
    ['/approval', [null]],
    ['/approval/decision_digest', [HEX]],
    ['/frozen', [null]],
    ['/policy', [null, 1, 'x', [], {}, { throws: true }, { a: { b: [] } }]],
  ])('%s of facts may be %j', (path, values) => {
    for (const value of values) expect(findingsOf(withAt(path, value))).toEqual([]);
  });

  test.each<[path: string, values: readonly unknown[]]>([
    [
      '/now',
      [
        null,
        0,
        '',
        '2026-02-29T00:00:00Z',
        '2026-13-01T00:00:00Z',
        '2026-00-01T00:00:00Z',
        '2026-01-00T00:00:00Z',
        '2026-01-01T24:00:00Z',
        '2026-01-01T00:60:00Z',
        '2026-01-01T00:00:60Z',
        '2026-01-01t00:00:00z',
        '2026-01-01T00:00:00',
        '2026-01-01T00:00:00+00:00',
        '2026-01-01T00:00:00.Z',
        '2026-01-01T00:00:00.1234567890Z',
        '2026-01-01 00:00:00Z',
        ' 2026-01-01T00:00:00Z',
        '2026-01-01T00:00:00Z\n',
        '٢٠٢٦-01-01T00:00:00Z',
      ],
    ],
    [
      '/decision_id',
      [
        null,
        '',
        '6b1f4c8e0f5a4f6e8d430c8f5f0a7e21',
        `{${LEAST.decision_id}}`,
        `${LEAST.decision_id}\n`,
        'g'.repeat(36),
      ],
    ],
    ['/workers', [null, [], 'x']],
    [WORKER, [null, [], true]],
    [`${WORKER}/available`, [null, 1, 'true']],
    [`${WORKER}/current_hash`, [1, false, {}]],
    [`${WORKER}/signed`, [null, 0]],
    ['/banned_hashes', [null, {}, HEX]],
    [
      '/banned_hashes/0',
      [null, '', HEX.toUpperCase(), HEX.slice(1), `sha512:${HEX}`, `${HEX}\n`, { sha256: HEX }],
    ],
    ['/chain', [null, [], 1]],
    ['/chain/blast_score', [null, -1, 0.5, '1', true, 2 ** 53, 1e300]],
    ['/chain/depth', [null, -1, 1.5, 2 ** 53]],
    ['/credential', [[], true, 'x']],
    ['/credential/valid', [null, 1, 'true']],
    ['/credential/tenant_id', [1, {}]],
    ['/credential/reason', [1, []]],
    ['/approval', [[], true]],
    ['/approval/id', [null, 1]],
    ['/approval/level', [null, 'boss', 'GATEKEEPER']],
    ['/approval/resolver', [null, 1]],
    ['/approval/decision_digest', [null, '', HEX.toUpperCase()]],
    ['/frozen', [[], true, 'hall']],
    ['/frozen/scope', [null, 1]],
    ['/frozen/reason', [null, {}]],
  ])('%s of facts may not be %j', (path, values) => {
    for (const value of values)
      expect(findingsOf(withAt(path, value)), String(value)).toEqual([`${path} INVALID_VALUE`]);
  });

  test.each([
    '/now',
    '/decision_id',
    '/credential/valid',
    '/approval/id',
    '/approval/level',
    '/approval/resolver',
    '/approval/decision_digest',
    '/frozen/scope',
    '/frozen/reason',
  ])('Facts must have %s', (path) => {
    expect(findingsOf(withAt(path, ABSENT))).toEqual([`${path} MISSING_MEMBER`]);
  });

  test.each(['/zz', `${WORKER}/zz`, '/chain/zz', '/credential/zz', '/approval/zz', '/frozen/zz'])(
    'Facts may not have the member %s',
    (path) => {
      expect(findingsOf(withAt(path, 1))).toEqual([`${path} UNKNOWN_MEMBER`]);
    },
  );

  test.each([null, [], 'x', 1, true])('%j is not facts', (value) => {
    expect(findingsOf(value)).toEqual([' INVALID_VALUE']);
  });

  test.each<[string, unknown, string]>([
    ['undefined', undefined, ''],
    ['a lone surrogate', { ...LEAST, frozen: { scope: '\ud800', reason: '' } }, '/frozen/scope'],
    ['a worker whose name is one', { ...LEAST, workers: { '\ud800': {} } }, '/workers'],
    ['a BigInt', { ...LEAST, chain: { depth: 1n } }, '/chain/depth'],
    ['an absent policy that is undefined', { ...LEAST, policy: undefined }, '/policy'],
  ])('What is not JSON is refused in facts: %s', (_what, value, path) => {
    expect(findingsOf(value)).toEqual([`${path} NOT_JSON`]);
  });

  test('Every hash comes back with its prefix.', () => {
    expect(
      parseFacts({ ...FACTS, banned_hashes: [HEX], approval: { ...FACTS.approval, decision_digest: HEX } }),
    ).toEqual({
      ok: true,
      value: FACTS,
      diagnostics: [],
    });
  });

  test('A malformed current_hash comes back as it was.', () => {
    expect(parseFacts({ ...LEAST, workers: { w: { current_hash: HEX } } })).toMatchObject({
      value: { workers: { w: { current_hash: HEX } } },
    });
  });
});

describe('A policy of any form is the matter of step 13', () => {
  const circle: Record<string, unknown> = { ...LEAST };
  circle['policy'] = circle;
  test.each<[string, object]>([
    ['a promise', { ...LEAST, policy: Promise.resolve({ decision: 'ALLOW' }) }],
    ['a function', { ...LEAST, policy: raise }],
    ['a lone surrogate', { ...LEAST, policy: { decision: 'ALLOW', policy_version: 'v', reason: '\ud800' } }],
    [
      'a getter that throws',
      {
        ...LEAST,
        policy: {
          get decision(): never {
            return raise();
          },
        },
      },
    ],
    [
      'a member that throws',
      {
        ...LEAST,
        get policy(): never {
          return raise();
        },
      },
    ],
    ['the facts themselves', circle],
  ])('A policy of %s comes back as null, which is not a verdict.', (_what, facts) => {
    expect(parseFacts(facts)).toEqual({ ok: true, value: { ...LEAST, policy: null }, diagnostics: [] });
  });

  test('An unreadable policy hides nothing else that is wrong.', () => {
    expect(findingsOf({ policy: raise, now: LEAST.now, zz: 1n })).toEqual(['/zz NOT_JSON']);
    expect(findingsOf({ policy: raise, now: LEAST.now })).toEqual(['/decision_id MISSING_MEMBER']);
    const own = JSON.parse(`{"__proto__":{"now":1},"policy":1,${JSON.stringify(LEAST).slice(1)}`);
    expect(findingsOf(own)).toEqual(['/__proto__ UNKNOWN_MEMBER']);
  });
});

test('The function parseFacts never throws, whatever the value.', () => {
  let accepted = 0;
  const now = nearSchema('facts').map((facts) =>
    typeof facts === 'object' ? { ...facts, now: LEAST.now } : facts,
  );
  fc.assert(
    fc.property(fc.oneof(fc.anything({ withBigInt: true }), nearSchema('facts'), now), (value) => {
      const parsed = parseFacts(value);
      if (parsed.ok) accepted += 1;
      else expect(parsed.findings.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
  expect(accepted).toBeGreaterThan(0);
});
