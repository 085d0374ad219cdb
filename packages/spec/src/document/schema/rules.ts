import { type Static, type TSchema, Type } from 'typebox';
import {
  byEnv,
  catalogVersion,
  closed,
  dataLabel,
  env,
  id,
  nullable,
  opaqueId,
  qosClass,
  score100,
  supervisorLevel,
  tenantRisk,
} from './common.ts';

/** A match condition: a value, `{eq}`, `{in}` or `{any: true}` (section 4.1). */
const condition = <T extends TSchema>(value: T) =>
  Type.Union([
    value,
    closed({ eq: value }),
    closed({ in: Type.Array(value, { minItems: 1 }) }),
    closed({ any: Type.Literal(true) }),
  ]);

const matchMembers = {
  capability_id: Type.Optional(condition(id('capability'))),
  env: Type.Optional(condition(env)),
  data_label: Type.Optional(condition(dataLabel)),
  tenant_risk: Type.Optional(condition(tenantRisk)),
  qos_class: Type.Optional(condition(qosClass)),
  tenant_id: Type.Optional(condition(opaqueId())),
};

const MatchSchema = closed(matchMembers);
const HumanConditionSchema = closed(
  { ...matchMembers, blast_score: Type.Optional(closed({ gte: score100 })) },
  { minProperties: 1 },
);

const CandidateSchema = closed({
  worker_species_id: id('worker_species'),
  score_hint: Type.Optional(nullable(Type.Number())),
  requires_controls_minimum: Type.Optional(Type.Array(id('control'))),
  authorities: Type.Optional(nullable(Type.Array(id('authority')))),
});

const EscalationSchema = closed({
  policy_gate: Type.Optional(Type.Boolean()),
  human_required_default: Type.Optional(Type.Boolean()),
  human_required_if: Type.Optional(Type.Array(HumanConditionSchema)),
  supervisor_level: Type.Optional(nullable(supervisorLevel)),
  rationale: Type.Optional(nullable(Type.String())),
  msavx_step_up: Type.Optional(Type.Boolean()),
});

const PreconditionsSchema = closed({
  deny_if_unsigned_artifact_in_prod: Type.Optional(Type.Boolean()),
  deny_if_no_attestation_in_prod: Type.Optional(Type.Boolean()),
  must_have_correlation_id: Type.Optional(Type.Boolean()),
  must_attach_policy_version: Type.Optional(Type.Boolean()),
  must_record_artifact_hash_if_executes: Type.Optional(Type.Boolean()),
  deny_if_missing_required_controls: Type.Optional(Type.Boolean()),
});

const ProfileHintSchema = Type.Union([
  id('profile'),
  closed({ profile_id: id('profile'), score: Type.Optional(nullable(Type.Number())) }),
]);

/** One routing rule (section 4.1). */
export const RuleSchema = closed({
  rule_id: opaqueId(),
  description: Type.Optional(Type.String()),
  match: MatchSchema,
  decision: closed({
    candidate_workers_ranked: Type.Array(CandidateSchema),
    required_controls_suggested: Type.Optional(Type.Array(id('control'))),
    recommended_profiles: Type.Optional(Type.Array(ProfileHintSchema)),
    escalation: Type.Optional(EscalationSchema),
    preconditions: Type.Optional(PreconditionsSchema),
    max_blast_score: Type.Optional(Type.Union([score100, byEnv(score100)])),
    catalog_version_min: Type.Optional(catalogVersion),
  }),
});

/** A rules document: a list of rules, or an object whose only member `rules` is one. */
export const RulesSchema = Type.Union([Type.Array(RuleSchema), closed({ rules: Type.Array(RuleSchema) })], {
  title: 'Rules',
  description: 'Routing rules; the first that matches wins (WCP section 4.1).',
});

/** One routing rule (section 4.1). */
export type Rule = Static<typeof RuleSchema>;
/** The conditions under which a rule matches an input; an absent one always holds. */
export type Match = Static<typeof MatchSchema>;
/** The conditions under which a rule requires a human. */
export type HumanCondition = Static<typeof HumanConditionSchema>;
/** A species that a rule offers, and what it requires of its workers. */
export type Candidate = Static<typeof CandidateSchema>;
/** When a rule requires the policy gate or a human. */
export type Escalation = Static<typeof EscalationSchema>;
/** The list of rules that {@link RulesSchema} holds, with canonical ids. */
export type Rules = readonly Rule[];
