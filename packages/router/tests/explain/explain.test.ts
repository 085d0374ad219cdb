import { DENY_CODES, decisionDigest } from '@wcp/spec';
import { expect, test } from 'vitest';
import { decide, type Explanation, explain } from '../../src/index.ts';
import {
  ALLOW,
  ASK,
  AUDIT,
  DENY,
  HASH,
  makeFacts,
  makeInput,
  OTHER_HASH,
  type Scene,
  together,
  WORKER_ID,
  worldOf,
} from '../support.ts';

const explainScene = (scene: Scene): Explanation =>
  explain(worldOf(scene), makeFacts(scene.facts), makeInput(scene.input));
const human: Scene = { rule: { decision: { escalation: { human_required_default: true } } } };
const asking = (policy: unknown): Scene => ({
  rule: { decision: { escalation: { policy_gate: true } } },
  facts: { policy },
});

test('The function explain gives the decision that decide gives.', () => {
  for (const scene of [{}, human, { input: { env: 'moon' } }, asking(DENY)]) {
    const expected = decide(worldOf(scene), makeFacts(scene.facts), makeInput(scene.input));
    expect(explainScene(scene).decision).toEqual(expected);
  }
});

test('The explanation has every step of section 5, in its order.', () => {
  const { steps } = explainScene({});
  expect(steps.map(({ step }) => step)).toEqual([
    1, 2, 2, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 11, 12, 12, 13, 14, 15,
  ]);
  expect(new Set(steps.map(({ title }) => title)).size).toBe(steps.length);
  expect(steps.every(({ status }) => status === 'passed')).toBe(true);
});

/** What a step saw, and in which scene. */
const SEEN: readonly (readonly [step: number, reason: string, scene: Scene])[] = [
  [1, 'Every member of the input is valid.', {}],
  [2, 'Rules, configuration, catalog version and facts are valid.', {}],
  [3, 'Nothing is frozen: not the Hall, this tenant or this correlation.', {}],
  [4, 'This Hall accepts any tenant.', {}],
  [
    4,
    'Tenant "tenant-a" is on the list.',
    { config: { require_signatory: true, allowed_tenants: ['tenant-a'] } },
  ],
  [5, 'This Hall requires no credentials.', {}],
  [
    5,
    'The credential is valid and belongs to "tenant-a".',
    { config: { require_credential: true }, facts: { credential: { valid: true, tenant_id: 'tenant-a' } } },
  ],
  [6, 'The caller names no policy version.', {}],
  [
    6,
    'The caller and the Hall both use v\\u000a1.',
    { config: { policy_version: 'v\n1' }, input: { policy_version: 'v\n1' } },
  ],
  [7, 'Every rule can match something.', {}],
  [7, '1 dead rule(s), which dev tolerates.', { rules: (rule) => [rule, { ...rule, rule_id: 'r2' }] }],
  [8, 'Rule "r1" is the first that matches.', {}],
  [9, `Worker ${WORKER_ID} of species wrk.doc.summarizer has every required control (0).`, {}],
  [
    9,
    `Worker ${WORKER_ID} of species wrk.doc.summarizer has every required control (1). Skipped: wrk.web.fetcher (not_enrolled), wrk.mem.embedder (not_enrolled).`,
    {
      rule: {
        decision: {
          required_controls_suggested: [AUDIT],
          candidate_workers_ranked: [
            { worker_species_id: 'wrk.web.fetcher' },
            { worker_species_id: 'wrk.mem.embedder' },
            { worker_species_id: 'wrk.doc.summarizer' },
            { worker_species_id: 'wrk.doc.hasher' },
          ],
        },
      },
    },
  ],
  [10, 'The code is not banned; attestation is not required here.', {}],
  [
    10,
    'The code is the code that was attested, and it is not banned.',
    {
      config: { require_worker_attestation: true },
      facts: { workers: { [WORKER_ID]: { current_hash: HASH } } },
    },
  ],
  [11, 'No envelope is required here.', {}],
  [11, 'The envelope is within the ceiling.', { config: { enforce_privilege_envelopes: true } }],
  [12, 'The blast score is 1, the limit 25.', {}],
  [12, 'This Hall has no budgets.', {}],
  [
    12,
    'Every budget that limits this request has room.',
    {
      config: {
        'x.budgets': [
          { budget_id: 'b', scope: { tenant_id: 'b' }, unit: 'calls', limit: 1, window_seconds: 60 },
        ],
      },
    },
  ],
  [13, 'The rule does not use the gate.', {}],
  [13, 'The gate says ALLOW: so\\u202e', asking({ ...ALLOW, reason: 'so\u202e' })],
  [14, 'The rule requires no human.', {}],
  [15, 'The facts contain no approval.', {}],
];

test.each(SEEN)('Step %i says: %s', (number, reason, scene) => {
  const steps = explainScene(scene).steps.filter(({ step }) => step === number);
  expect(steps.map((each) => [each.status, each.reason])).toContainEqual(['passed', reason]);
});

const HOLDS: readonly (readonly [step: number, reason: string, scene: Scene])[] = [
  [
    12,
    'The blast score is 30, above the limit of 25: a human decides (gatekeeper).',
    { input: { blast_score: 30 } },
  ],
  [
    13,
    'The gate requires a human (executor): ask\\\\',
    asking({ ...ASK, reason: 'ask\\', supervisor_level: 'executor' }),
  ],
  [14, 'The rule requires a human (gatekeeper).', human],
];

test.each(HOLDS)('Step %i holds: %s', (number, reason, scene) => {
  const { steps, decision, remedy } = explainScene(scene);
  expect(steps.map(({ status }) => status)).toEqual(
    steps.map(({ step, title }) =>
      step === number && title !== 'the budgets have room' ? 'held' : 'passed',
    ),
  );
  expect(steps.find(({ step }) => step === number)?.reason).toBe(reason);
  expect(decision.outcome).toBe('STEWARD_HOLD');
  expect(remedy).toContain(`at supervisor level ${decision.supervisor_level}`);
});

test('An approval that fits passes step 15 and says so.', () => {
  const { decision } = explainScene(human);
  const decision_digest = decisionDigest(makeInput(), decision);
  const approval = { id: 'a', level: 'gatekeeper', resolver: 's', decision_digest };
  const { steps, changes, remedy } = explainScene(together(human, { facts: { approval } }));
  expect(steps.at(-1)).toMatchObject({ status: 'passed', reason: 'The approval is for this very decision.' });
  expect([changes, remedy]).toEqual([[], null]);
});

test.each<[string, number, Scene]>([
  ['DENY_INVALID_INPUT', 0, { input: { env: 'moon' } }],
  ['DENY_HALL_MISCONFIGURED', 1, { config: { more: 1 } }],
  ['DENY_INTERNAL_ERROR', 2, { facts: { now: 'now' } }],
  ['DENY_FROZEN', 3, { facts: { frozen: { scope: 's', reason: '' } } }],
  ['DENY_NO_MATCHING_RULE', 10, { rule: { match: { env: 'prod' } } }],
  ['DENY_POLICY_GATE', 16, asking(DENY)],
  ['DENY_INTERNAL_ERROR', 18, together(human, { facts: { now: '9999-12-31T23:59:59Z' } })],
])(
  'For %s the step at index %i denies, those before it passed, those after it were not reached.',
  (code, index, scene) => {
    const { steps, decision, remedy } = explainScene(scene);
    const before = steps.slice(0, index).map(({ status }) => status);
    expect(before.every((status) => status === 'passed' || status === 'held')).toBe(true);
    const { meaning, remedy: expected } = DENY_CODES[code as keyof typeof DENY_CODES];
    expect(steps[index]).toMatchObject({ status: 'denied', reason: meaning });
    expect(steps.slice(index + 1).map(({ status, reason }) => `${status}: ${reason}`)).toEqual(
      Array.from({ length: steps.length - index - 1 }, () => 'not_reached: An earlier step denied.'),
    );
    expect(decision.deny_code).toBe(code);
    expect(remedy).toBe(expected);
  },
);

test('No change and no step shows the hash of a worker.', () => {
  const scene: Scene = {
    config: { require_worker_attestation: true },
    facts: { workers: { [WORKER_ID]: { current_hash: OTHER_HASH } } },
  };
  const { steps, changes } = explainScene(scene);
  expect(JSON.stringify([steps, changes])).not.toMatch(/[0-9a-f]{64}/);
});

test('Where the tenant is hidden, no step of the explanation names it.', () => {
  const scene: Scene = {
    ...asking({ ...ALLOW, reason: `tenant-a may read ${'ab'.repeat(32)}` }),
    config: {
      require_signatory: true,
      allowed_tenants: ['tenant-a'],
      require_credential: true,
      redact_tenant: true,
    },
  };
  const facts = { ...scene.facts, credential: { valid: true, tenant_id: 'tenant-a' } };
  const { steps } = explainScene({ ...scene, facts });
  const reasons = steps.map(({ reason }) => reason).join('\n');
  expect(steps.every(({ status }) => status === 'passed')).toBe(true);
  expect(reasons).toContain('The tenant is on the list.');
  expect(reasons).toContain('The gate says ALLOW: ... may read ...');
  expect(reasons).not.toContain('tenant-a');
  expect(reasons).not.toContain('abab');
});

test('A gate that requires a human is quoted without hashes and without a hidden tenant.', () => {
  const verdict = { ...ASK, reason: `tenant-a: sha256:${'ab'.repeat(32)}` };
  const { steps } = explainScene({ ...asking(verdict), config: { redact_tenant: true } });
  expect(steps.find(({ step }) => step === 13)?.reason).toContain(': ...: sha256:...');
});
