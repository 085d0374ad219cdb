import type { Env, Rule, SupervisorLevel } from '@wcp/spec';
import { type Candidate, ENVS, type EscalationEffective, type HumanCondition } from '@wcp/spec/document';
import { compareText } from '@wcp/spec/json';
import type { CompiledWorker } from './compiled-worker.ts';
import { type CompiledMatch, compileMatch } from './condition.ts';

/** What a worker would have to do under one candidate: the controls it lacks, and all that apply. */
export interface ControlPlan {
  readonly missing: readonly string[];
  readonly effective: readonly string[];
}

/** A candidate of a rule, with the workers of its species. */
export interface CompiledCandidate {
  readonly species: string;
  readonly score_hint: number | null;
  readonly minimum: readonly string[];
  readonly authorities: ReadonlySet<string> | null;
  /** The rule's, the profile's and the candidate's controls; a worker's own come on top. */
  readonly controls: readonly string[];
  readonly workers: readonly CompiledWorker[];
  /** Filled on first use: what a worker lacks does not change within a world. */
  readonly plans: Map<CompiledWorker, ControlPlan>;
}

/** A condition under which a rule requires a human. */
interface CompiledHumanCondition {
  readonly match: CompiledMatch;
  readonly blast_score_gte: number;
}

/** A rule in the form that the steps read. */
export interface CompiledRule {
  readonly rule_id: string;
  readonly candidates: readonly CompiledCandidate[];
  readonly escalation: EscalationEffective;
  readonly human_default: boolean;
  readonly human_if: readonly CompiledHumanCondition[];
  readonly policy_gate: boolean;
  readonly supervisor_level: SupervisorLevel | null;
  readonly profiles: readonly { readonly profile_id: string; readonly score: number | null }[];
  /** The preconditions in force, sorted: in prod and edge, and elsewhere. */
  readonly preconditions: { readonly strict: readonly string[]; readonly lenient: readonly string[] };
  readonly deny_unsigned: boolean;
  readonly deny_unattested: boolean;
  readonly max_score: Readonly<Record<Env, number>>;
}

/** What no rule can switch off (R6). */
const ALWAYS_ON: readonly string[] = [
  'deny_if_missing_required_controls',
  'must_attach_policy_version',
  'must_have_correlation_id',
  'must_record_artifact_hash_if_executes',
];

/** The enrolled workers of each species. */
type WorkersBySpecies = ReadonlyMap<string, readonly CompiledWorker[]>;

/** Compiles a rule against the workers that are enrolled. */
export function compileRule(
  rule: Rule,
  workers: WorkersBySpecies,
  profileControls: readonly string[],
): CompiledRule {
  const { decision } = rule;
  const escalation = escalationOf(rule);
  const controls = [...profileControls, ...(decision.required_controls_suggested ?? [])];
  return {
    rule_id: rule.rule_id,
    candidates: decision.candidate_workers_ranked.map((candidate) =>
      compileCandidate(candidate, workers, controls),
    ),
    escalation,
    human_default: escalation.human_required_default || escalation.msavx_step_up,
    human_if: (decision.escalation?.human_required_if ?? []).map(compileHumanCondition),
    policy_gate: escalation.policy_gate,
    supervisor_level: escalation.supervisor_level,
    profiles: (decision.recommended_profiles ?? []).map(profileOf),
    preconditions: { strict: strictPreconditions(rule), lenient: ALWAYS_ON },
    deny_unsigned: decision.preconditions?.deny_if_unsigned_artifact_in_prod ?? false,
    deny_unattested: decision.preconditions?.deny_if_no_attestation_in_prod ?? false,
    max_score: limitsOf(decision.max_blast_score),
  };
}

function strictPreconditions({ decision }: Rule): readonly string[] {
  const names = (['deny_if_no_attestation_in_prod', 'deny_if_unsigned_artifact_in_prod'] as const).filter(
    (name) => decision.preconditions?.[name] === true,
  );
  return [...ALWAYS_ON, ...names].sort(compareText);
}

function compileCandidate(
  candidate: Candidate,
  workers: WorkersBySpecies,
  controls: readonly string[],
): CompiledCandidate {
  const minimum = candidate.requires_controls_minimum ?? [];
  return {
    species: candidate.worker_species_id,
    score_hint: candidate.score_hint ?? null,
    minimum,
    authorities: candidate.authorities == null ? null : new Set(candidate.authorities),
    controls: [...controls, ...minimum],
    workers: workers.get(candidate.worker_species_id) ?? [],
    plans: new Map(),
  };
}

/** The plan of a worker under a candidate, made once. */
export function planOf(candidate: CompiledCandidate, worker: CompiledWorker): ControlPlan {
  const known = candidate.plans.get(worker);
  if (known !== undefined) return known;
  const effective = [...new Set([...candidate.controls, ...worker.requires])].sort(compareText);
  const plan = { effective, missing: effective.filter((control) => !worker.implements.has(control)) };
  candidate.plans.set(worker, plan);
  return plan;
}

function escalationOf({ decision }: Rule): EscalationEffective {
  const escalation = decision.escalation;
  return {
    policy_gate: escalation?.policy_gate ?? false,
    human_required_default: escalation?.human_required_default ?? false,
    human_required_if: escalation?.human_required_if ?? [],
    supervisor_level: escalation?.supervisor_level ?? null,
    rationale: escalation?.rationale ?? null,
    msavx_step_up: escalation?.msavx_step_up ?? false,
  };
}

function compileHumanCondition({ blast_score, ...match }: HumanCondition): CompiledHumanCondition {
  return { match: compileMatch(match), blast_score_gte: blast_score?.gte ?? 0 };
}

type ProfileHint = NonNullable<Rule['decision']['recommended_profiles']>[number];

function profileOf(hint: ProfileHint): CompiledRule['profiles'][number] {
  return typeof hint === 'string'
    ? { profile_id: hint, score: null }
    : { profile_id: hint.profile_id, score: hint.score ?? null };
}

const NO_LIMIT = 100;

function limitsOf(limit: Rule['decision']['max_blast_score']): Record<Env, number> {
  const limits = { dev: NO_LIMIT, stage: NO_LIMIT, prod: NO_LIMIT, edge: NO_LIMIT };
  for (const env of ENVS) limits[env] = (typeof limit === 'object' ? limit[env] : limit) ?? NO_LIMIT;
  return limits;
}
