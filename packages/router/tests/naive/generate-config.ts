// Hall configurations with all their switches, and broken documents.
import { ENVS, LABELS, LEVELS, QOS, RISKS } from './ids.ts';
import type { RouteInput } from './input.ts';
import { isObject, type Obj } from './json.ts';
import { AUTHORITIES, HOSTS, SECRETS, TENANTS } from './pools.ts';
import type { Rng } from './prng.ts';
import type { Documents } from './world.ts';

export function generateConfig(rng: Rng, target: RouteInput, workers: readonly Obj[]): Obj {
  const tenants = rng.chance(0.8) ? [target.tenant_id, ...rng.some(TENANTS, 0.3)] : rng.some(TENANTS, 0.4);
  return {
    ...rng.maybe(0.3, 'require_signatory', () => rng.chance(0.6)),
    ...rng.maybe(0.7, 'allowed_tenants', () => tenants),
    ...rng.maybe(0.2, 'require_credential', () => rng.chance(0.6)),
    ...rng.maybe(0.4, 'require_worker_attestation', () => rng.chance(0.7)),
    ...rng.maybe(0.4, 'enforce_privilege_envelopes', () => rng.chance(0.7)),
    ...rng.maybe(0.3, 'trusted_authorities', () => rng.pick([null, rng.some(AUTHORITIES, 0.8), AUTHORITIES])),
    ...rng.maybe(0.4, 'blast', () => ({
      ...rng.maybe(0.6, 'max_score', () => byEnv(rng, () => rng.pick([0, 5, 10, 20, 100]))),
      ...rng.maybe(0.7, 'on_exceeded', () => rng.pick(['require_human', 'deny'])),
    })),
    ...rng.maybe(0.6, 'privilege_policy', () => ({
      ...rng.maybe(0.9, 'egress_allowlist', () => byEnv(rng, () => rng.some(HOSTS, 0.8))),
      ...rng.maybe(0.9, 'secrets', () => byEnv(rng, () => rng.some(SECRETS, 0.8))),
    })),
    ...rng.maybe(0.3, 'approval', () => ({
      ...rng.maybe(0.6, 'ttl_seconds', () => rng.pick([1, 60, 86400, 31536000])),
      ...rng.maybe(0.6, 'default_level', () => rng.pick([...LEVELS, 'gatekeeper'])),
    })),
    ...rng.maybe(0.2, 'redact_tenant', () => rng.chance(0.7)),
    ...rng.maybe(0.22, 'profile', () => rng.pick(PROFILES)),
    ...rng.maybe(0.35, 'tenant_floors', () => generateFloors(rng, target)),
    ...rng.maybe(0.3, 'x.budgets', () => generateBudgets(rng, target, workers)),
    ...rng.maybe(0.3, 'policy_version', () => rng.pick(['policy.v1', 'v\\1\u202e', 'policy.v0'])),
  };
}

function generateBudgets(rng: Rng, target: RouteInput, workers: readonly Obj[]): Obj[] {
  const workerIds = workers
    .map((record) => String(record['worker_id']))
    .filter((id) => id.split('.').length > 2);
  return ['b-1', 'b-2', 'b-3'].slice(0, 1 + rng.int(3)).map((budget_id) => ({
    budget_id,
    scope: {
      ...rng.maybe(0.5, 'tenant_id', () => rng.pick(['*', target.tenant_id, rng.pick(TENANTS)])),
      ...rng.maybe(0.4, 'capability_id', () => rng.pick(['*', target.capability_id])),
      ...rng.maybe(0.4, 'worker_id', () => rng.pick(['*', ...workerIds])),
    },
    limit: rng.pick([0, 1, 5, 30, 1000, Number.MAX_SAFE_INTEGER]),
    window_seconds: rng.pick([1, 7, 60, 3600, 31536000]),
    ...rng.pick<Obj>([{ unit: 'calls' }, { unit: 'blast' }, { unit: 'cost', reserve: rng.pick([1, 4, 40]) }]),
  }));
}

function generateFloors(rng: Rng, target: RouteInput): Obj {
  const floor = (): Obj => ({
    ...rng.maybe(0.3, 'environments', () => rng.some(ENVS, 0.8)),
    ...rng.maybe(0.5, 'data_label', () => rng.pick(LABELS)),
    ...rng.maybe(0.5, 'tenant_risk', () => rng.pick(RISKS)),
    ...rng.maybe(0.5, 'qos_class', () => rng.pick(QOS)),
  });
  const named = ['*', target.tenant_id, ...rng.some(TENANTS, 0.3)].filter(() => rng.chance(0.6));
  return Object.fromEntries(named.map((tenant) => [tenant, floor()]));
}

const PROFILES = [
  null,
  'prof.dev.permissive',
  'prof.prod.strict',
  'prof.edge.isolated',
  'prof.edge.isolated',
  'prof.mem.rag-strict',
  'prof.mem.rag_strict',
  'prof.notify.standard',
  'prof.ops.approval_strict',
];

const byEnv = (rng: Rng, make: () => unknown): Obj =>
  Object.fromEntries(rng.some(ENVS, 0.7).map((env) => [env, make()]));

/** Documents with an error that breaks the world (or looks as if it did). */
export const brokenDocuments = (rng: Rng, documents: Documents): Documents =>
  rng.weighted([
    [5, brokenRule],
    [4, brokenConfig],
    [1, brokenFrame],
  ])(rng, documents);

function brokenFrame(rng: Rng, documents: Documents): Documents {
  return rng.pick<Documents>([
    { workers: documents.workers, config: documents.config ?? {} },
    { rules: documents.rules, catalog_version: '1.2.3' },
    { ...documents, rules: null },
    { ...documents, rules: { rules: [], more: 1 } },
    { ...documents, rules: {} },
    { ...documents, rules: 'none' },
    { ...documents, workers: null },
    { ...documents, workers: {} },
    { ...documents, workers: [...(documents.workers as unknown[]), rng.pick([null, 1, []])] },
    { ...documents, config: null },
    { ...documents, config: [] },
    { ...documents, catalog_version: rng.pick([null, '', '1.0', 'catalog@1.0.0', '1.0.0-rc', 1]) },
  ]);
}

const BUDGET: Obj = { budget_id: 'b', scope: {}, unit: 'calls', limit: 1, window_seconds: 60 };

const CONFIG_ERRORS: readonly Obj[] = [
  { unknown: 1 },
  { require_signatory: 'true' },
  { require_credential: null },
  { require_worker_attestation: 1 },
  { allowed_tenants: ['a b'] },
  { allowed_tenants: null },
  { trusted_authorities: ['org.acme.x'] },
  { blast: { max_score: 10 } },
  { blast: { max_score: { prod: 101 } } },
  { blast: { max_score: { test: 1 } } },
  { blast: { on_exceeded: 'hold' } },
  { blast: null },
  { privilege_policy: { secrets: { prod: [''] } } },
  { privilege_policy: { hosts: {} } },
  { approval: { ttl_seconds: 0 } },
  { approval: { default_level: 'boss' } },
  { redact_tenant: 0 },
  { profile: 'prof.no.such' },
  { profile: 'org.acme.house' },
  { profile: 7 },
  { policy_version: '' },
  { policy_version: 'v'.repeat(129) },
  { policy_version: '\ud800' },
  { tenant_floors: null },
  { tenant_floors: [] },
  { tenant_floors: { 'a b': {} } },
  { tenant_floors: { '': {} } },
  { tenant_floors: { '**': {} } },
  { tenant_floors: { '*': null } },
  { tenant_floors: { '*': { environments: null } } },
  { tenant_floors: { '*': { environments: ['test'] } } },
  { tenant_floors: { '*': { data_label: 'SECRET' } } },
  { tenant_floors: { '*': { env: 'dev' } } },
  { 'x.budgets': null },
  { 'x.budgets': {} },
  { 'x.budgets': [{}] },
  { 'x.budgets': [BUDGET, BUDGET] },
  { 'x.budgets': [{ ...BUDGET, reserve: 1 }] },
  { 'x.budgets': [{ ...BUDGET, unit: 'cost' }] },
  { 'x.budgets': [{ ...BUDGET, unit: 'cost', reserve: 0 }] },
  { 'x.budgets': [{ ...BUDGET, unit: 'tokens' }] },
  { 'x.budgets': [{ ...BUDGET, limit: -1 }] },
  { 'x.budgets': [{ ...BUDGET, limit: 0.5 }] },
  { 'x.budgets': [{ ...BUDGET, window_seconds: 0 }] },
  { 'x.budgets': [{ ...BUDGET, budget_id: 'a b' }] },
  { 'x.budgets': [{ ...BUDGET, scope: null }] },
  { 'x.budgets': [{ ...BUDGET, scope: { tenant_id: 'a b' } }] },
  { 'x.budgets': [{ ...BUDGET, scope: { worker_id: 'org.acme' } }] },
  { 'x.budgets': [{ ...BUDGET, scope: { capability_id: null } }] },
  { 'x.budgets': [{ ...BUDGET, scope: { env: 'dev' } }] },
];

function brokenConfig(rng: Rng, documents: Documents): Documents {
  return { ...documents, config: { ...(documents.config as Obj | undefined), ...rng.pick(CONFIG_ERRORS) } };
}

const MATCH_ERRORS: readonly Obj[] = [
  { env: { any: false } },
  { env: {} },
  { env: null },
  { env: { in: 'prod' } },
  { env: { in: [] } },
  { env: { in: ['test'] } },
  { env: { not: 'prod' } },
  { env: { eq: 'prod', in: ['prod'] } },
  { region: 'eu' },
  { capability_id: 'cap.doc_x.y' },
  { tenant_id: '' },
  { qos_class: ['P0'] },
];

const DECISION_ERRORS: readonly Obj[] = [
  { candidate_workers_ranked: null },
  { candidate_workers_ranked: [{ worker_species_id: 'wrk.a_b.c' }] },
  { candidate_workers_ranked: [{ worker_species_id: 'wrk.a.b', weight: 1 }] },
  { candidate_workers_ranked: [{ score_hint: 1 }] },
  { required_controls_suggested: ['cap.a.b'] },
  { recommended_profiles: ['ctrl.a.b'] },
  { recommended_profiles: [{ profile_id: 'prof.a.b', score: '1' }] },
  { escalation: { policy_gate: 'yes' } },
  { escalation: { human_required_if: [{}] } },
  { escalation: { human_required_if: [{ blast_score: { gte: 101 } }] } },
  { escalation: { human_required_if: [{ blast_score: 5 }] } },
  { escalation: { supervisor_level: 'boss' } },
  { escalation: { other: true } },
  { escalation: null },
  { preconditions: { must_be_nice: true } },
  { preconditions: { deny_if_no_attestation_in_prod: null } },
  { max_blast_score: 101 },
  { max_blast_score: null },
  { max_blast_score: { test: 1 } },
  { catalog_version_min: '9.0.0' },
  { catalog_version_min: '1' },
  { other: 1 },
];

function brokenRule(rng: Rng, documents: Documents): Documents {
  const { rules } = documents;
  const list = (isObject(rules) ? rules['rules'] : rules) as Obj[];
  const rule = list.at(-1);
  if (rule === undefined) return brokenConfig(rng, documents);
  const wrong = rng.pick([
    () => ({ ...rule, match: { ...(rule['match'] as Obj), ...rng.pick(MATCH_ERRORS) } }),
    () => ({ ...rule, decision: { ...(rule['decision'] as Obj), ...rng.pick(DECISION_ERRORS) } }),
    () => ({
      ...rule,
      ...rng.pick<Obj>([{ rule_id: 'a b' }, { match: null }, { extra: 1 }, { description: null }]),
    }),
    () => rng.pick<unknown>([null, 'rule', list[0]]),
  ])();
  const broken = [...list.slice(0, -1), wrong, ...(wrong === list[0] ? [rule] : [])];
  return { ...documents, rules: isObject(rules) ? { rules: broken } : broken };
}
