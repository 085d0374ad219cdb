import { expect, test } from 'vitest';
import {
  ALLOW,
  ASK,
  DECISION_ID,
  decideScene,
  HASH,
  NOW,
  type Scene,
  SPECIES,
  together,
  WORKER_ID,
} from '../support.ts';

const COMMON = {
  timestamp: NOW,
  correlation_id: 'corr-1',
  tenant_id: 'tenant-a',
  capability_id: 'cap.doc.summarize',
  decision_id: DECISION_ID,
};
const BLAST = { event_id: 'evt.gov.blast-scored', ...COMMON, blast_score: 1, limit: 25 };
const ENVELOPE = { event_id: 'evt.gov.privilege-envelope-checked', ...COMMON, worker_id: WORKER_ID };
const SKIPPED = { event_id: 'evt.os.worker.attestation-skipped', ...COMMON, worker_id: WORKER_ID };
const ROUTED = {
  event_id: 'evt.os.task.routed',
  ...COMMON,
  task_id: DECISION_ID,
  matched_rule_id: 'r1',
  selected_worker_species_id: SPECIES,
  policy_version: 'policy.v0',
  qos_class: 'P2',
};
const SELECTED = {
  event_id: 'evt.os.worker.selected',
  ...COMMON,
  selected_worker_species_id: SPECIES,
  worker_id: WORKER_ID,
  reason: 'first_eligible_species',
};
const GATED = {
  event_id: 'evt.os.policy.gated',
  ...COMMON,
  decision: 'ALLOW',
  policy_version: 'policy.v0',
  reason: 'not_asked',
};
const HELD = { event_id: 'evt.os.task.held', ...COMMON, supervisor_level: 'gatekeeper' };

const asking = (policy: unknown): Scene => ({
  rule: { decision: { escalation: { policy_gate: true } } },
  facts: { policy },
});
const human: Scene = { rule: { decision: { escalation: { human_required_default: true } } } };
const prod: Scene = { input: { env: 'prod' } };
const attested: Scene = {
  config: { require_worker_attestation: true },
  facts: { workers: { [WORKER_ID]: { current_hash: HASH } } },
};

const ROWS: readonly (readonly [title: string, scene: Scene, events: readonly object[]])[] = [
  ['a dispatch', {}, [BLAST, ROUTED, SELECTED, GATED]],
  [
    'a dispatch with a checked envelope',
    { config: { enforce_privilege_envelopes: true } },
    [BLAST, ENVELOPE, ROUTED, SELECTED, GATED],
  ],
  [
    'a dispatch in prod without attestation',
    prod,
    [{ ...BLAST, limit: 10 }, SKIPPED, ROUTED, SELECTED, GATED],
  ],
  [
    'a dispatch in edge, envelope and all',
    { input: { env: 'edge' }, config: { enforce_privilege_envelopes: true } },
    [{ ...BLAST, limit: 10 }, ENVELOPE, SKIPPED, ROUTED, SELECTED, GATED],
  ],
  ['a dispatch in stage', { input: { env: 'stage' } }, [{ ...BLAST, limit: 15 }, ROUTED, SELECTED, GATED]],
  [
    'an attested dispatch in prod',
    together(prod, attested),
    [{ ...BLAST, limit: 10 }, ROUTED, SELECTED, GATED],
  ],
  [
    'a dispatch that the gate allowed',
    asking(ALLOW),
    [BLAST, ROUTED, SELECTED, { ...GATED, policy_version: 'policy.v7', reason: 'fine' }],
  ],
  [
    'a dispatch with advice',
    together(human, { rule: { decision: { escalation: { supervisor_level: 'advisory' } } } }),
    [BLAST, ROUTED, SELECTED, GATED],
  ],
  [
    'a hold without a verdict',
    human,
    [
      { ...HELD, reasons: ['RULE'] },
      { ...GATED, decision: 'REQUIRE_HUMAN', reason: 'hold' },
    ],
  ],
  [
    'a hold of the gate',
    together(asking(ASK), human, { input: { blast_score: 50 } }),
    [
      { ...HELD, reasons: ['BLAST_RADIUS_EXCEEDED', 'POLICY_GATE', 'RULE'] },
      { ...GATED, decision: 'REQUIRE_HUMAN', policy_version: 'policy.v7', reason: 'ask' },
    ],
  ],
  [
    'a hold that the gate alone would allow',
    together(asking(ALLOW), human),
    [
      { ...HELD, reasons: ['RULE'] },
      { ...GATED, decision: 'REQUIRE_HUMAN', policy_version: 'policy.v7', reason: 'fine' },
    ],
  ],
  [
    'a denial',
    { rule: { match: { env: 'edge' } } },
    [
      {
        event_id: 'evt.os.task.denied',
        ...COMMON,
        deny_code: 'DENY_NO_MATCHING_RULE',
        matched_rule_id: 'NO_MATCH',
      },
    ],
  ],
  [
    'a denial of what could not be read',
    {
      input: { tenant_id: 7, capability_id: undefined, correlation_id: 'a b' },
      facts: { now: 'now', decision_id: 'x' },
    },
    [
      {
        event_id: 'evt.os.task.denied',
        timestamp: null,
        correlation_id: null,
        tenant_id: null,
        capability_id: null,
        decision_id: null,
        deny_code: 'DENY_INVALID_INPUT',
        matched_rule_id: 'PRE_ROUTING',
      },
    ],
  ],
];

test.each(ROWS)(
  'A decision with %s has its events in their order, with exactly their members.',
  (_title, scene, events) => {
    expect(decideScene(scene).telemetry_envelopes).toEqual(events);
  },
);

test.each(ROWS)('In a dry run every event of %s has dry_run: true.', (_title, scene, events) => {
  const dry = decideScene(together(scene, { input: { dry_run: true } }));
  expect(dry.telemetry_envelopes).toEqual(events.map((event) => ({ ...event, dry_run: true })));
});

test('Every string of an event is escaped, so that two different strings never look the same.', () => {
  const nasty = 'a\\b\n\u0085\u007f\u2028\u202e\u061c\u2066\u200f\u{1f600}';
  const shown = 'a\\\\b\\u000a\\u0085\\u007f\\u2028\\u202e\\u061c\\u2066\\u200f\u{1f600}';
  const scene = asking({ decision: 'ALLOW', policy_version: nasty, reason: nasty });
  expect(decideScene(scene).telemetry_envelopes.at(-1)).toEqual({
    ...GATED,
    policy_version: shown,
    reason: shown,
  });
  const hall = decideScene({ config: { policy_version: nasty } });
  expect(hall.policy_version).toBe(nasty);
  expect(hall.telemetry_envelopes).toEqual([
    BLAST,
    { ...ROUTED, policy_version: shown },
    SELECTED,
    { ...GATED, policy_version: shown },
  ]);
});
