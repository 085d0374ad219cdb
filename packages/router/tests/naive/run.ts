// What one decision has established so far.
import type { CatalogProfiles } from './config.ts';
import type { Facts } from './facts.ts';
import { isNow, isUuid } from './facts.ts';
import { ECHOED, type RouteInput } from './input.ts';
import { hashOf, isBoolean, isObject, type Obj, own } from './json.ts';
import type { Worker } from './records.ts';
import type { Candidate, Rule } from './rules.ts';
import { compile, type Documents, policyVersionOf, type World, worldDigest } from './world.ts';

interface Reason {
  readonly reason: string;
  readonly level: string;
}

export interface Verdict {
  readonly decision: string;
  readonly policy_version: string;
  readonly reason: string;
  readonly supervisor_level?: string;
}

export interface Denial {
  readonly code: string;
  readonly detail?: Obj;
}

export interface Run {
  readonly world: World | null;
  readonly rawFacts: unknown;
  readonly rawInput: unknown;
  /** The input as it is judged from step 6 on. */
  judged?: RouteInput;
  /** The decision as it grows; the steps set its members. */
  readonly decision: Obj;
  rule?: Rule;
  candidate?: Candidate;
  worker?: Worker;
  limit?: number;
  verdict?: Verdict;
  readonly reasons: Reason[];
}

export function begin(documents: Documents, facts: unknown, input: unknown, profiles: CatalogProfiles): Run {
  return {
    world: compile(documents, profiles),
    rawFacts: facts,
    rawInput: input,
    decision: {
      ...blankDecision(facts, input),
      policy_version: policyVersionOf(documents, profiles),
      world_digest: worldDigest(documents),
    },
    reasons: [],
  };
}

/** Section 6, every member as it stands before its step. */
function blankDecision(facts: unknown, input: unknown): Obj {
  const now = isNow(own(facts, 'now')) ? own(facts, 'now') : null;
  return {
    decision_id: isUuid(own(facts, 'decision_id')) ? own(facts, 'decision_id') : null,
    timestamp: now,
    decided_at: now,
    outcome: null,
    denied: null,
    deny_code: null,
    deny_reason_if_denied: null,
    ...echo(input),
    matched_rule_id: 'PRE_ROUTING',
    selected_worker_species_id: null,
    worker_id: null,
    candidate_workers_ranked: [],
    required_controls_effective: [],
    controls_applied: [],
    recommended_profiles_effective: [],
    escalation_effective: null,
    preconditions_checked: null,
    blast_score: null,
    blast_gate_passed: null,
    privilege_envelope_ok: null,
    policy_version: null,
    worker_attestation_checked: false,
    worker_attestation_valid: null,
    supervisor_required: false,
    supervisor_level: null,
    pending_approval_id: null,
    approval_expires_at: null,
    escalation_context: null,
    dry_run: isBoolean(own(input, 'dry_run')) ? own(input, 'dry_run') : false,
    artifact_hash: null,
    world_digest: null,
    telemetry_envelopes: [],
  };
}

/** The members of an input that a decision repeats, null where they are not valid. */
const echo = (input: unknown): Obj =>
  Object.fromEntries(
    Object.entries(ECHOED).map(([name, isValid]) => [
      name,
      isValid(own(input, name)) ? own(input, name) : null,
    ]),
  );

export const inputOf = (run: Run): RouteInput => run.judged ?? (run.rawInput as RouteInput);
export const factsOf = (run: Run): Facts => run.rawFacts as Facts;

/** The steps after the second have a world, those after the eighth a rule, and so on. */
export function known<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('used before its step');
  return value;
}

export const isStrictEnv = (run: Run): boolean => ['prod', 'edge'].includes(inputOf(run).env);

export const requestHash = (run: Run): string | null =>
  hashOf(isObject(inputOf(run).request) ? inputOf(run).request : {});
