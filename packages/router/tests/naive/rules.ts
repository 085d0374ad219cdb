// Section 4.1 and "Documents" of section 13: the rules.
import { canonicalId, ENVS, isIdOf, isOpaqueId, isVersion, LABELS, LEVELS, QOS, RISKS } from './ids.ts';
import {
  type Check,
  isBoolean,
  isInteger,
  isObject,
  isText,
  listOf,
  type Obj,
  oneOf,
  orNull,
  own,
  shape,
} from './json.ts';

export interface Candidate {
  readonly worker_species_id: string;
  readonly score_hint: number | null;
  readonly requires_controls_minimum: readonly string[];
  readonly authorities: readonly string[] | null;
}

interface Escalation {
  readonly policy_gate: boolean;
  readonly human_required_default: boolean;
  readonly human_required_if: readonly Obj[];
  readonly supervisor_level: string | null;
  readonly rationale: string | null;
  readonly msavx_step_up: boolean;
}

export interface Rule {
  readonly rule_id: string;
  readonly match: Obj;
  readonly candidates: readonly Candidate[];
  readonly controls: readonly string[];
  readonly profiles: readonly { readonly profile_id: string; readonly score: number | null }[];
  readonly escalation: Escalation;
  readonly preconditions: Obj;
  readonly max_blast_score: unknown;
  readonly catalog_version_min: string | null;
}

const MATCHED: Record<string, Check> = {
  capability_id: isIdOf('capability'),
  env: oneOf(ENVS),
  data_label: oneOf(LABELS),
  tenant_risk: oneOf(RISKS),
  qos_class: oneOf(QOS),
  tenant_id: isOpaqueId,
};

export const ALWAYS_ON = [
  'must_have_correlation_id',
  'must_attach_policy_version',
  'must_record_artifact_hash_if_executes',
  'deny_if_missing_required_controls',
];
export const IN_PROD = ['deny_if_unsigned_artifact_in_prod', 'deny_if_no_attestation_in_prod'];

/** The rules of a document as the list that counts; undefined where it is none. */
export function listOfRules(document: unknown): unknown[] | undefined {
  if (document === undefined) return [];
  if (Array.isArray(document)) return document;
  const inner = own(document, 'rules');
  return Array.isArray(inner) ? inner : undefined;
}

/** Every rule, or null where anything in the document is an error. */
export function parseRules(document: unknown): Rule[] | null {
  const list = listOfRules(document);
  if (list === undefined || (isObject(document) && Object.keys(document).length !== 1)) return null;
  if (!list.every(isRule)) return null;
  const rules = list.map(readRule);
  const ids = new Set(rules.map(({ rule_id }) => rule_id));
  return ids.size === rules.length ? rules : null;
}

/** A value, one operator, or a list of values. */
const isCondition =
  (isValue: Check): Check =>
  (condition) =>
    isValue(condition) ||
    shape({ eq: isValue }, ['eq'])(condition) ||
    shape({ in: (list) => listOf(isValue)(list) && (list as unknown[]).length > 0 }, ['in'])(condition) ||
    shape({ any: (flag) => flag === true }, ['any'])(condition);

const CONDITIONS: Record<string, Check> = Object.fromEntries(
  Object.entries(MATCHED).map(([name, isValue]) => [name, isCondition(isValue)]),
);

const isScore = orNull((value) => typeof value === 'number' && Number.isFinite(value));

const isLimit: Check = (value) =>
  isInteger(0, 100)(value) || shape(Object.fromEntries(ENVS.map((env) => [env, isInteger(0, 100)])))(value);

const isCandidate = shape(
  {
    worker_species_id: isIdOf('worker_species'),
    score_hint: isScore,
    requires_controls_minimum: listOf(isIdOf('control')),
    authorities: orNull(listOf(isIdOf('authority'))),
  },
  ['worker_species_id'],
);

const isHumanCondition: Check = (value) =>
  isObject(value) &&
  Object.keys(value).length > 0 &&
  shape({ ...CONDITIONS, blast_score: shape({ gte: isInteger(0, 100) }, ['gte']) })(value);

const isEscalation = shape({
  policy_gate: isBoolean,
  human_required_default: isBoolean,
  human_required_if: listOf(isHumanCondition),
  supervisor_level: orNull(oneOf(LEVELS)),
  rationale: orNull(isText),
  msavx_step_up: isBoolean,
});

const isRecommendedProfile: Check = (value) =>
  isIdOf('profile')(value) || shape({ profile_id: isIdOf('profile'), score: isScore }, ['profile_id'])(value);

const isRule = shape(
  {
    rule_id: isOpaqueId,
    description: isText,
    match: shape(CONDITIONS),
    decision: shape(
      {
        candidate_workers_ranked: listOf(isCandidate),
        required_controls_suggested: listOf(isIdOf('control')),
        recommended_profiles: listOf(isRecommendedProfile),
        escalation: isEscalation,
        preconditions: shape(Object.fromEntries([...ALWAYS_ON, ...IN_PROD].map((name) => [name, isBoolean]))),
        max_blast_score: isLimit,
        catalog_version_min: isVersion,
      },
      ['candidate_workers_ranked'],
    ),
  },
  ['rule_id', 'match', 'decision'],
);

function readRule(raw: unknown): Rule {
  const decision = own(raw, 'decision');
  const list = (name: string): unknown[] => (own(decision, name) ?? []) as unknown[];
  return {
    rule_id: own(raw, 'rule_id') as string,
    match: own(raw, 'match') as Obj,
    candidates: list('candidate_workers_ranked').map(readCandidate),
    controls: (list('required_controls_suggested') as string[]).map(canonicalId),
    profiles: list('recommended_profiles').map(readRecommendedProfile),
    escalation: readEscalation(own(decision, 'escalation')),
    preconditions: (own(decision, 'preconditions') ?? {}) as Obj,
    max_blast_score: own(decision, 'max_blast_score'),
    catalog_version_min: (own(decision, 'catalog_version_min') ?? null) as string | null,
  };
}

const readCandidate = (raw: unknown): Candidate => ({
  worker_species_id: own(raw, 'worker_species_id') as string,
  score_hint: (own(raw, 'score_hint') ?? null) as number | null,
  requires_controls_minimum: ((own(raw, 'requires_controls_minimum') ?? []) as string[]).map(canonicalId),
  authorities: (own(raw, 'authorities') ?? null) as string[] | null,
});

const readRecommendedProfile = (raw: unknown): { profile_id: string; score: number | null } => ({
  profile_id: canonicalId((typeof raw === 'string' ? raw : own(raw, 'profile_id')) as string),
  score: (own(raw, 'score') ?? null) as number | null,
});

const readEscalation = (raw: unknown): Escalation => ({
  policy_gate: own(raw, 'policy_gate') === true,
  human_required_default: own(raw, 'human_required_default') === true,
  human_required_if: (own(raw, 'human_required_if') ?? []) as Obj[],
  supervisor_level: (own(raw, 'supervisor_level') ?? null) as string | null,
  rationale: (own(raw, 'rationale') ?? null) as string | null,
  msavx_step_up: own(raw, 'msavx_step_up') === true,
});

/** Whether one condition takes one value. */
export function conditionHolds(condition: unknown, value: unknown): boolean {
  if (condition === undefined) return true;
  if (typeof condition === 'string') return condition === value;
  if (own(condition, 'any') === true) return true;
  const list = own(condition, 'in');
  return Array.isArray(list) ? list.includes(value) : own(condition, 'eq') === value;
}

/** Whether every condition of a match takes the like-named member of an input. */
export const matches = (match: Obj, input: object): boolean =>
  Object.keys(MATCHED).every((name) => conditionHolds(own(match, name), own(input, name)));
