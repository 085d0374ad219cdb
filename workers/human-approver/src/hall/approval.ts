import { compareLevels, SUPERVISOR_LEVELS, type SupervisorLevel } from '@wcp/spec/document';
import { APPROVAL_STATES } from '@wcp/spec/hall';
import { z } from 'zod';

const text = z.string();
const level = z.enum(SUPERVISOR_LEVELS);

const step = z.object({
  action: text,
  by: text,
  at: text,
  reason: text.nullable(),
  from_level: level.optional(),
  quorum: z.object({ count: z.number(), needed: z.number() }).optional(),
});

const context = z.object({
  reasons: z.array(z.object({ reason: text, level })),
  worker_id: text,
  worker_species_id: text,
});

const decision = z.object({
  env: text.nullable(),
  data_label: text.nullable(),
  tenant_risk: text.nullable(),
  qos_class: text.nullable(),
  matched_rule_id: text,
  blast_score: z.number().nullable(),
  policy_version: text,
  escalation_effective: z.object({ rationale: text.nullable() }).nullable(),
  escalation_context: context.nullable(),
});

/** A hold, as far as a steward has to know it. Whatever a tenant wrote in it is an attacker's. */
const approval = z.object({
  approval_id: text.regex(/^[A-Za-z0-9_-]{1,64}$/),
  state: z.enum(APPROVAL_STATES),
  mode: z.enum(['route', 'dispatch']),
  level,
  tenant_id: text,
  correlation_id: text,
  capability_id: text,
  created_at: text,
  expires_at: z.iso.datetime(),
  input: z.record(text, z.unknown()),
  decision,
  containment: z
    .object({ state: z.enum(['contained', 'declared', 'not_contained']), message: text.nullable() })
    .nullable()
    .default(null),
  history: z.array(step),
  resolved_decision_id: text.nullable(),
  result: z.unknown(),
});

const receipt = z.object({ receipt_hash: text });
const outcome = z.object({ status: z.enum(['ok', 'error', 'timeout', 'unknown']) });

/** What a Hall answers, by what it was asked. */
export const ANSWERS = {
  approval,
  pending: z.object({ items: z.array(approval), next_cursor: text.nullable() }),
  resolved: z.object({
    approval,
    receipt,
    outcome_receipt: receipt.extend({ outcome: outcome.nullable() }).nullable(),
  }),
} as const;

/** A hold. */
export type Approval = z.infer<typeof approval>;
/** Some of the holds that wait, the oldest first. */
export type Pending = z.infer<typeof ANSWERS.pending>;
/** What became of a hold, with the Hall's evidence. */
export type Resolved = z.infer<typeof ANSWERS.resolved>;

/** Whether a human does the work at a supervisor level, and submits its result. */
export function isDoneByHuman(level: SupervisorLevel): boolean {
  return compareLevels(level, 'executor') >= 0;
}
