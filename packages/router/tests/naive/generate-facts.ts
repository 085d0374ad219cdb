// Facts: what was observed, decided and approved elsewhere, some of it malformed.
import { LEVELS } from './ids.ts';
import type { RouteInput } from './input.ts';
import { type Obj, own } from './json.ts';
import { BARE_HASHES, HASHES, MALFORMED_HASHES, TENANTS, WORDS } from './pools.ts';
import type { Rng } from './prng.ts';

export function generateFacts(rng: Rng, target: RouteInput, workers: readonly Obj[]): Obj {
  const facts: Obj = {
    now: rng.pick(['2026-03-01T12:00:00Z', '2026-12-31T23:59:59.5Z', '2028-02-29T00:00:00.000000001Z']),
    decision_id: rng.pick(['0195f3a0-7c1e-7000-8000-00000000000a', 'ABCDEF01-2345-4789-ABCD-EF0123456789']),
    ...rng.maybe(0.93, 'workers', () => observations(rng, workers)),
    ...rng.maybe(0.15, 'banned_hashes', () =>
      rng.some([...HASHES, ...BARE_HASHES, `sha256:${'d'.repeat(64)}`], 0.25),
    ),
    ...rng.maybe(0.2, 'chain', () => ({
      ...rng.maybe(0.8, 'blast_score', () => rng.pick([0, 1, 3, 6, 20, 200])),
      ...rng.maybe(0.3, 'depth', () => rng.int(4)),
    })),
    ...rng.maybe(0.9, 'policy', () => generateAnswer(rng)),
    ...rng.maybe(0.85, 'credential', () => generateCredential(rng, target)),
    ...rng.maybe(0.05, 'frozen', () => rng.pick([null, { scope: 'hall', reason: 'drill' }])),
    ...rng.maybe(0.05, 'approval', () => null),
  };
  return rng.chance(0.03) ? { ...facts, ...rng.pick(BAD_FACTS) } : facts;
}

function observations(rng: Rng, workers: readonly Obj[]): Obj {
  const rows = workers
    .filter(() => rng.chance(0.92))
    .map((record) => [String(record['worker_id']), observation(rng, record)] as const);
  return Object.fromEntries([...rows, ['anything at all', {}]]);
}

const observation = (rng: Rng, record: Obj): Obj => ({
  ...rng.maybe(0.6, 'available', () => rng.chance(0.9)),
  ...rng.maybe(0.93, 'current_hash', () => {
    const attested = own(own(record, 'attestation'), 'code_hash');
    return rng.weighted<unknown>([
      [85, typeof attested === 'string' ? attested : rng.pick(HASHES)],
      [12, rng.pick(HASHES)],
      [3, rng.pick(MALFORMED_HASHES)],
      [4, null],
    ]);
  }),
  ...rng.maybe(0.85, 'signed', () => rng.chance(0.9)),
});

const verdict = (rng: Rng, decision: string): Obj => ({
  decision,
  policy_version: rng.pick(['gate.v7', 'gate\\\u0000v8', '']),
  reason: rng.pick(WORDS),
});

function generateAnswer(rng: Rng): unknown {
  return rng.weighted<() => unknown>([
    [64, () => verdict(rng, 'ALLOW')],
    [9, () => verdict(rng, 'DENY')],
    [
      18,
      () => ({
        ...verdict(rng, 'REQUIRE_HUMAN'),
        ...rng.maybe(0.6, 'supervisor_level', () => rng.pick(LEVELS)),
      }),
    ],
    [3, () => ({ throws: true })],
    [6, () => rng.pick(NO_VERDICTS)],
  ])();
}

const NO_VERDICTS: readonly unknown[] = [
  null,
  true,
  'ALLOW',
  [],
  {},
  { decision: 'ALLOW' },
  { decision: 'allow', policy_version: 'v', reason: 'r' },
  { decision: 'ALLOW', policy_version: 'v', reason: null },
  { decision: 'ALLOW', policy_version: 'v', reason: 'r', supervisor_level: 'advisory' },
  { decision: 'REQUIRE_HUMAN', policy_version: 'v', reason: 'r', supervisor_level: null },
  { decision: 'REQUIRE_HUMAN', policy_version: 'v', reason: 'r', supervisor_level: 'boss' },
  { decision: 'DENY', policy_version: 'v', reason: 'r', more: 1 },
  { decision: 'DENY', policy_version: 1, reason: 'r' },
  { throws: false },
  { throws: true, decision: 'ALLOW' },
];

const generateCredential = (rng: Rng, target: RouteInput): unknown =>
  rng.weighted<unknown>([
    [80, { valid: true, tenant_id: target.tenant_id }],
    [5, { valid: true, tenant_id: rng.pick(TENANTS), reason: null }],
    [5, { valid: true }],
    [5, { valid: false, tenant_id: target.tenant_id, reason: 'expired' }],
    [2, { valid: true, tenant_id: null }],
    [3, null],
  ]);

const fullApproval = { id: 'a', level: 'gatekeeper', resolver: 'r', decision_digest: HASHES[0] };

const BAD_FACTS: readonly Obj[] = [
  { now: '2026-02-29T00:00:00Z' },
  { now: '2026-03-01t12:00:00z' },
  { now: '2026-03-01T12:00:60Z' },
  { now: '2026-03-01T24:00:00Z' },
  { now: '2026-03-01T12:00:00.Z' },
  { now: '2026-03-01T12:00:00.0123456789Z' },
  { now: '2026-03-01T12:00:00+00:00' },
  { now: 1772366400 },
  { decision_id: 'one' },
  { decision_id: null },
  { workers: null },
  { workers: [] },
  { workers: { w: { available: 'yes' } } },
  { workers: { w: { current_hash: 1 } } },
  { workers: { w: { signed: null } } },
  { workers: { w: { age: 1 } } },
  { banned_hashes: null },
  { banned_hashes: ['not a hash'] },
  { banned_hashes: [`sha256:${'A'.repeat(64)}`] },
  { chain: null },
  { chain: { blast_score: -1 } },
  { chain: { blast_score: 0.5 } },
  { chain: { depth: '1' } },
  { chain: { length: 1 } },
  { credential: {} },
  { credential: { valid: 'true' } },
  { credential: { valid: true, tenant_id: 7 } },
  { credential: { valid: true, scope: 'all' } },
  { frozen: {} },
  { frozen: { scope: 'hall', reason: null } },
  { frozen: false },
  { approval: { ...fullApproval, level: 'boss' } },
  { approval: { ...fullApproval, decision_digest: 'x' } },
  { approval: { ...fullApproval, id: null } },
  { approval: { id: 'a' } },
  { approval: { ...fullApproval, more: 1 } },
  { unknown: 1 },
  { frozen: { scope: '\ud800', reason: '' } },
];
