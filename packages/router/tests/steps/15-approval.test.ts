import { decisionDigest } from '@wcp/spec';
import { expect, test } from 'vitest';
import { decide } from '../../src/index.ts';
import {
  ASK,
  decideScene,
  HASH,
  type Members,
  makeFacts,
  makeInput,
  type Scene,
  SPECIES,
  together,
  WORKER_ID,
  worldOf,
} from '../support.ts';

const HELD: Scene = {
  rule: { decision: { escalation: { human_required_default: true } } },
  input: { request: { é: [1e21, 0.1, -0], b: { a: null } }, privilege_context: { role: 'x' } },
};

/** Decides the scene, and once more with an approval for what came out. */
function approve(scene: Scene, changes: Members = {}, meanwhile: Scene = {}) {
  const hold = decideScene(scene);
  const decision_digest = decisionDigest(makeInput(scene.input), hold);
  const approval = {
    id: 'apr-1',
    level: 'gatekeeper',
    resolver: 'steward@example.org',
    decision_digest,
    ...changes,
  };
  return { hold, decision: decideScene(together(scene, meanwhile, { facts: { approval } })) };
}

const STALE = {
  outcome: 'DENY',
  deny_code: 'DENY_APPROVAL_STALE',
  supervisor_required: false,
  escalation_context: null,
};

test('An approval that fits dispatches, keeps the context and leaves nothing pending.', () => {
  const { hold, decision } = approve(HELD);
  expect(hold.outcome).toBe('STEWARD_HOLD');
  expect(decision).toMatchObject({
    outcome: 'DISPATCH',
    denied: false,
    worker_id: WORKER_ID,
    selected_worker_species_id: SPECIES,
    supervisor_required: true,
    supervisor_level: 'gatekeeper',
    pending_approval_id: null,
    approval_expires_at: null,
  });
  expect(decision.escalation_context).toEqual(hold.escalation_context);
});

test.each(['gatekeeper', 'executor', 'incident_commander'])(
  'An approval of level %s fits a hold of level gatekeeper.',
  (level) => {
    expect(approve(HELD, { level }).decision).toMatchObject({
      outcome: 'DISPATCH',
      supervisor_level: 'gatekeeper',
    });
  },
);

test('The digest may lack its prefix, and time, decision id and expiry take no part in it.', () => {
  const { decision_digest } = { decision_digest: decisionDigest(makeInput(HELD.input), decideScene(HELD)) };
  expect(approve(HELD, { decision_digest: decision_digest.slice(7) }).decision.outcome).toBe('DISPATCH');
  const later = {
    facts: { now: '2027-01-01T00:00:00Z', decision_id: '0195f3a0-7c1e-7000-8000-00000000000b' },
  };
  expect(approve(HELD, {}, later).decision.outcome).toBe('DISPATCH');
});

test('Only a hold that gets an expiry is judged by it: an approved decision gets none.', () => {
  const late = { facts: { now: '9999-12-31T23:59:59Z' } };
  expect(approve(HELD, {}, late).decision).toMatchObject({ outcome: 'DISPATCH', approval_expires_at: null });
  expect(approve(HELD, { level: 'advisory' }, late).decision.deny_code).toBe('DENY_APPROVAL_STALE');
});

test('A hold for its blast can be approved, and blast_gate_passed stays false.', () => {
  const over: Scene = { input: { blast_score: 40 } };
  expect(approve(over).decision).toMatchObject({
    outcome: 'DISPATCH',
    blast_gate_passed: false,
    blast_score: 40,
  });
});

test('The resolver is compared with the tenant as an exact text.', () => {
  for (const resolver of ['', 'Tenant-a', 'tenant-a '])
    expect(approve(HELD, { resolver }).decision.outcome).toBe('DISPATCH');
  expect(approve(HELD, { resolver: 'tenant-a' }).decision).toMatchObject(STALE);
});

test('An approval of level advisory fits no hold.', () => {
  expect(approve(HELD, { level: 'advisory' }).decision).toMatchObject(STALE);
});

test('An approval with another digest is stale.', () => {
  expect(approve(HELD, { decision_digest: HASH }).decision).toMatchObject(STALE);
});

test.each(['executor', 'incident_commander'])(
  'A hold at level %s never ends in a dispatch.',
  (supervisor_level) => {
    const scene = together(HELD, { rule: { decision: { escalation: { supervisor_level } } } });
    const { hold, decision } = approve(scene, { level: 'incident_commander' });
    expect(hold).toMatchObject({ outcome: 'STEWARD_HOLD', supervisor_level });
    expect(decision).toMatchObject(STALE);
  },
);

test('An approval is stale where nothing would be held.', () => {
  expect(approve({}).decision).toMatchObject(STALE);
});

test('An approval is stale where the level is only advisory.', () => {
  const scene = together(HELD, { rule: { decision: { escalation: { supervisor_level: 'advisory' } } } });
  expect(approve(scene).decision).toMatchObject(STALE);
});

/** What changed between the hold and the approval; each makes it stale. */
const CHANGES: readonly (readonly [title: string, change: Scene])[] = [
  ['the request', { input: { request: { b: { a: 1 } } } }],
  ['the correlation', { input: { correlation_id: 'corr-2' } }],
  ['an extension', { input: { ext: { a: 1 } } }],
  ['the credential text', { input: { tenant_credential: 'other' } }],
  ['a member that only repeats a default', { input: { dry_run: false } }],
  ['a dry run', { input: { dry_run: true } }],
  ['the blast of the chain', { facts: { chain: { blast_score: 1 } } }],
  ['the worker', { record: { notes: 'changed' } }],
  ['the rule', { rule: { description: 'changed' } }],
  ['the configuration', { config: { redact_tenant: true } }],
  ['the catalog version', { catalogVersion: 'wcp-catalog@1.1.0' }],
  ['the reasons', { input: { blast_score: 99 } }],
];

test.each(CHANGES)('An approval is stale once %s has changed.', (_title, change) => {
  expect(approve(HELD, {}, change).decision).toMatchObject(STALE);
});

test('An approval of a hold by the gate counts for that verdict, and another verdict makes it stale.', () => {
  const gated: Scene = { rule: { decision: { escalation: { policy_gate: true } } }, facts: { policy: ASK } };
  const { decision } = approve(gated);
  expect(decision.outcome).toBe('DISPATCH');
  expect(decision.telemetry_envelopes.at(-1)).toMatchObject({
    decision: 'ALLOW',
    policy_version: 'policy.v7',
    reason: 'ask',
  });
  const allowed = { facts: { policy: { ...ASK, decision: 'ALLOW' } } };
  expect(approve(gated, {}, allowed).decision).toMatchObject(STALE);
  const raised = { facts: { policy: { ...ASK, supervisor_level: 'executor' } } };
  expect(approve(gated, {}, raised).decision).toMatchObject(STALE);
});

test('A freeze or a ban denies in spite of an approval.', () => {
  expect(approve(HELD, {}, { facts: { frozen: { scope: 's', reason: 'r' } } }).decision.deny_code).toBe(
    'DENY_FROZEN',
  );
  expect(approve(HELD, {}, { facts: { banned_hashes: [HASH] } }).decision.deny_code).toBe(
    'DENY_WORKER_BANNED',
  );
});

test('A dry run can be approved as a dry run.', () => {
  const dry = together(HELD, { input: { dry_run: true } });
  expect(approve(dry).decision).toMatchObject({ outcome: 'DISPATCH', dry_run: true });
});

test('The digest covers the input as received, whatever the order of its members.', () => {
  const world = worldOf(HELD);
  const input = makeInput(HELD.input);
  const reversed = Object.fromEntries(Object.entries(input).reverse());
  const hold = decide(world, makeFacts(), input);
  const approval = {
    id: '',
    level: 'gatekeeper',
    resolver: 's',
    decision_digest: decisionDigest(input, hold),
  };
  expect(decide(world, makeFacts({ approval }), reversed).outcome).toBe('DISPATCH');
});
