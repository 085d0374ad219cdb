import type { SupervisorLevel } from '@wcp/spec';
import { type HoldReason, SUPERVISOR_LEVELS } from '@wcp/spec/document';
import { expect, test } from 'vitest';
import { ASK, decideScene, type Scene, SPECIES, together, WORKER_ID } from '../support.ts';

const OVER: Scene = { input: { blast_score: 30 } };
const gate = (level?: SupervisorLevel): Scene => ({
  rule: { decision: { escalation: { policy_gate: true } } },
  facts: { policy: level === undefined ? ASK : { ...ASK, supervisor_level: level } },
});
const human: Scene = { rule: { decision: { escalation: { human_required_default: true } } } };
const ruleLevel = (supervisor_level: SupervisorLevel | null): Scene => ({
  rule: { decision: { escalation: { supervisor_level } } },
});
const hallLevel = (default_level: SupervisorLevel): Scene => ({ config: { approval: { default_level } } });
const rank = (level: SupervisorLevel): number => SUPERVISOR_LEVELS.indexOf(level);
const highest = (...levels: SupervisorLevel[]): SupervisorLevel =>
  levels.reduce((one, other) => (rank(other) > rank(one) ? other : one));

test('The levels are ordered as advisory, gatekeeper, executor, incident_commander.', () => {
  expect(SUPERVISOR_LEVELS).toEqual(['advisory', 'gatekeeper', 'executor', 'incident_commander']);
});

const COMBINATIONS = [false, true].flatMap((over) =>
  [false, true].flatMap((asked) =>
    [null, undefined, ...SUPERVISOR_LEVELS].flatMap((verdict) =>
      SUPERVISOR_LEVELS.map((level) => ({ over, asked, verdict, level })),
    ),
  ),
);

test.each(COMBINATIONS)(
  'All reasons to hold are listed and the highest level counts: %j',
  ({ over, asked, verdict, level }) => {
    const expected: { reason: HoldReason; level: SupervisorLevel }[] = [];
    if (over) expected.push({ reason: 'BLAST_RADIUS_EXCEEDED', level: highest('gatekeeper', level) });
    if (verdict !== null) expected.push({ reason: 'POLICY_GATE', level: verdict ?? level });
    if (asked) expected.push({ reason: 'RULE', level });
    const scenes = [over ? OVER : {}, verdict === null ? {} : gate(verdict), asked ? human : {}];
    for (const levelled of [
      ruleLevel(level),
      together(ruleLevel(null), hallLevel(level)),
      hallLevel(level),
    ]) {
      const decision = decideScene(together(...scenes, levelled));
      const whole = expected.length === 0 ? null : highest(...expected.map((each) => each.level));
      const held = whole !== null && whole !== 'advisory';
      expect(decision).toMatchObject({
        outcome: held ? 'STEWARD_HOLD' : 'DISPATCH',
        denied: false,
        supervisor_required: whole !== null,
        supervisor_level: whole,
        worker_id: held ? null : WORKER_ID,
        selected_worker_species_id: held ? null : SPECIES,
        pending_approval_id: held ? decision.decision_id : null,
      });
      expect(decision.approval_expires_at === null).toBe(!held);
      expect(decision.escalation_context?.reasons ?? []).toEqual(expected);
    }
  },
);

test("the rule's level comes before the Hall's default, the verdict's before both", () => {
  const scene = together(gate('executor'), human, ruleLevel('advisory'), hallLevel('incident_commander'));
  expect(decideScene(scene).escalation_context?.reasons).toEqual([
    { reason: 'POLICY_GATE', level: 'executor' },
    { reason: 'RULE', level: 'advisory' },
  ]);
});

test('A hold names its worker only in its context.', () => {
  const decision = decideScene(
    together(human, { config: { policy_version: 'policy.v4' }, input: { tenant_risk: 'high' } }),
  );
  expect(decision).toMatchObject({ outcome: 'STEWARD_HOLD', denied: false, worker_id: null });
  expect(decision.escalation_context).toEqual({
    reasons: [{ reason: 'RULE', level: 'gatekeeper' }],
    capability_id: 'cap.doc.summarize',
    blast_score: 1,
    tenant_risk: 'high',
    data_label: 'INTERNAL',
    policy_version: 'policy.v4',
    worker_id: WORKER_ID,
    worker_species_id: SPECIES,
  });
});

const asks = (escalation: object, scene: Scene = {}): boolean =>
  decideScene(together({ rule: { decision: { escalation: { ...escalation } } } }, scene)).supervisor_required;

test('A rule requires a human with human_required_default, msavx_step_up or a condition that is met.', () => {
  expect(asks({})).toBe(false);
  expect(asks({ human_required_default: false, msavx_step_up: false, human_required_if: [] })).toBe(false);
  expect(asks({ human_required_default: true })).toBe(true);
  expect(asks({ msavx_step_up: true })).toBe(true);
  expect(asks({ human_required_if: [{ env: 'dev' }] })).toBe(true);
  expect(asks({ human_required_if: [{ env: 'prod' }] })).toBe(false);
});

test('Within one object all conditions must be met, and one such object is enough.', () => {
  const both = { env: 'dev', tenant_risk: { in: ['medium', 'high'] } };
  expect(asks({ human_required_if: [both] })).toBe(false);
  expect(asks({ human_required_if: [both] }, { input: { tenant_risk: 'high' } })).toBe(true);
  expect(asks({ human_required_if: [both, { qos_class: 'P2' }] })).toBe(true);
  expect(asks({ human_required_if: [{ env: { any: true } }] })).toBe(true);
  expect(asks({ human_required_if: [{ tenant_id: 'tenant-b' }, { capability_id: 'cap.a.b' }] })).toBe(false);
});

test('The condition {gte} on blast_score compares the score of the decision, including its dispatch chain.', () => {
  const at = (gte: number) => ({ human_required_if: [{ blast_score: { gte } }] });
  expect(asks(at(0))).toBe(true);
  expect(asks(at(1))).toBe(true);
  expect(asks(at(2))).toBe(false);
  expect(asks(at(6), { facts: { chain: { blast_score: 5 } } })).toBe(true);
  expect(asks(at(7), { facts: { chain: { blast_score: 5 } } })).toBe(false);
  expect(asks(at(9), { input: { blast_score: 9 } })).toBe(true);
  expect(asks({ human_required_if: [{ blast_score: { gte: 1 }, env: 'prod' }] })).toBe(false);
});

test('The reason RULE is added once, however many conditions are met.', () => {
  const escalation = {
    human_required_default: true,
    msavx_step_up: true,
    human_required_if: [{ env: 'dev' }, { qos_class: 'P2' }],
  };
  const decision = decideScene({ rule: { decision: { escalation } } });
  expect(decision.escalation_context?.reasons).toEqual([{ reason: 'RULE', level: 'gatekeeper' }]);
});

// --- when a hold ends

test.each([
  ['2026-03-01T12:00:00Z', 900, '2026-03-01T12:15:00Z'],
  ['2026-03-01T12:00:00.250Z', 1, '2026-03-01T12:00:01.250Z'],
  ['2026-12-31T23:59:59.999999999Z', 1, '2027-01-01T00:00:00.999999999Z'],
  ['2028-02-28T23:59:59Z', 1, '2028-02-29T00:00:00Z'],
  ['2027-02-28T23:59:59Z', 1, '2027-03-01T00:00:00Z'],
  ['2100-02-28T12:00:00.5Z', 86_400, '2100-03-01T12:00:00.5Z'],
  ['2000-02-28T12:00:00.5Z', 86_400, '2000-02-29T12:00:00.5Z'],
  ['2026-03-01T12:00:00Z', 31_536_000, '2027-03-01T12:00:00Z'],
  ['0001-01-01T00:00:00Z', 60, '0001-01-01T00:01:00Z'],
  ['9999-12-31T23:44:59Z', 900, '9999-12-31T23:59:59Z'],
])('The approval_expires_at of a hold at %s with %i seconds is %s', (now, ttl_seconds, expected) => {
  const decision = decideScene(together(human, { facts: { now }, config: { approval: { ttl_seconds } } }));
  expect(decision).toMatchObject({
    outcome: 'STEWARD_HOLD',
    timestamp: now,
    decided_at: now,
    approval_expires_at: expected,
    pending_approval_id: decision.decision_id,
  });
});

test('Without a ttl a hold expires after 900 seconds.', () => {
  expect(decideScene(human).approval_expires_at).toBe('2026-03-01T12:15:00.250Z');
});

const LATE = { now: '9999-12-31T23:45:00.5Z' };

test('A hold whose expiry would be after the year 9999 is DENY_INTERNAL_ERROR and keeps nothing of the hold.', () => {
  expect(decideScene(together(human, { facts: LATE }))).toMatchObject({
    outcome: 'DENY',
    deny_code: 'DENY_INTERNAL_ERROR',
    timestamp: LATE.now,
    matched_rule_id: 'r1',
    supervisor_required: false,
    supervisor_level: null,
    escalation_context: null,
    pending_approval_id: null,
    approval_expires_at: null,
  });
});

test('A dispatch, an advisory and a dry run have no expiry.', () => {
  expect(decideScene({ facts: LATE }).outcome).toBe('DISPATCH');
  expect(decideScene(together(human, ruleLevel('advisory'), { facts: LATE })).outcome).toBe('DISPATCH');
  expect(decideScene(together(human, { facts: LATE, input: { dry_run: true } })).outcome).toBe(
    'STEWARD_HOLD',
  );
});

test('A dry run is held like any other request and creates no approval.', () => {
  expect(decideScene(together(human, { input: { dry_run: true } }))).toMatchObject({
    outcome: 'STEWARD_HOLD',
    supervisor_level: 'gatekeeper',
    pending_approval_id: null,
    approval_expires_at: null,
    escalation_context: { reasons: [{ reason: 'RULE' }] },
  });
});
