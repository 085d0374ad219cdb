import {
  DATA_LABELS,
  ENVS,
  QOS_CLASSES,
  type Rule,
  SUPERVISOR_LEVELS,
  TENANT_RISKS,
} from '@wcp/spec/document';
import fc from 'fast-check';

const CAPABILITIES = ['cap.doc.summarize', 'cap.doc.hash'] as const;
const TENANTS = ['tenant-a', 'tenant-b', 'tenant-c'] as const;

/** A condition in each of its forms. */
function condition<T extends string>(values: readonly T[]) {
  const value = fc.constantFrom(...values);
  return fc.oneof(
    value,
    fc.record({ eq: value }),
    fc.record({ in: fc.uniqueArray(value, { minLength: 1 }) }),
    fc.constant({ any: true as const }),
  );
}

const members = {
  capability_id: condition(CAPABILITIES),
  env: condition(ENVS),
  data_label: condition(DATA_LABELS),
  tenant_risk: condition(TENANT_RISKS),
  qos_class: condition(QOS_CLASSES),
  tenant_id: condition(TENANTS),
};
const match = fc.record(members, { requiredKeys: [] });
const candidate = fc.record(
  {
    worker_species_id: fc.constantFrom('wrk.doc.summarizer', 'wrk.doc.other'),
    score_hint: fc.oneof(fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true })),
    requires_controls_minimum: fc.constantFrom([], ['ctrl.obs.audit-log-append-only']),
    authorities: fc.constantFrom(null, ['org.acme'], ['org.acme', 'org.zen']),
  },
  { requiredKeys: ['worker_species_id'] },
);
const escalation = fc.record(
  {
    policy_gate: fc.boolean(),
    human_required_default: fc.boolean(),
    human_required_if: fc.array(fc.record({ env: fc.constantFrom(...ENVS) }), { maxLength: 2 }),
    supervisor_level: fc.constantFrom(null, ...SUPERVISOR_LEVELS),
    rationale: fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme', maxLength: 20 })),
  },
  { requiredKeys: [] },
);
const decision = fc.record(
  {
    candidate_workers_ranked: fc.array(candidate, { minLength: 1, maxLength: 2 }),
    required_controls_suggested: fc.constant([]),
    recommended_profiles: fc.constant([
      'prof.dev.permissive',
      { profile_id: 'prof.prod.strict', score: 0.5 },
    ]),
    escalation,
    preconditions: fc.constant({ must_have_correlation_id: true }),
    max_blast_score: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant({ edge: 1, dev: 2 })),
    catalog_version_min: fc.constant('1.0.0'),
  },
  { requiredKeys: ['candidate_workers_ranked'] },
);

/** Valid rules, each with an id of its own; some of them may be dead. */
export const anyRules: fc.Arbitrary<Rule[]> = fc
  .array(fc.record({ match, decision, description: fc.string() }, { requiredKeys: ['match', 'decision'] }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((rules) => rules.map((rule, index) => ({ rule_id: `rule-${index}`, ...rule }) as unknown as Rule));

const request = fc.record({
  capability_id: fc.constantFrom(...CAPABILITIES),
  env: fc.constantFrom(...ENVS),
  data_label: fc.constantFrom(...DATA_LABELS),
  tenant_risk: fc.constantFrom(...TENANT_RISKS),
  qos_class: fc.constantFrom(...QOS_CLASSES),
  tenant_id: fc.constantFrom(...TENANTS),
  correlation_id: fc.constantFrom('c-1', 'c-2', 'c-3', 'c-4'),
  blast_score: fc.constantFrom(0, 0, 5, 12),
});

/** Requests to a Hall, valid ones. */
export const anyTraffic = fc.array(request, { minLength: 1, maxLength: 25 });

/** The same value with the members of its objects in another order. */
export function shuffled(value: unknown, seed: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => shuffled(each, seed));
  const entries = Object.entries(value).map(([name, member]) => [name, shuffled(member, seed)] as const);
  const turn = Math.abs(seed % entries.length || 0);
  return Object.fromEntries([...entries.slice(turn), ...entries.slice(0, turn)].reverse());
}
