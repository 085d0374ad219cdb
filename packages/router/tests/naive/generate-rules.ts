// Rules that overlap, most of them made to meet the request.
import { ENVS, LABELS, LEVELS, QOS, RISKS } from './ids.ts';
import type { RouteInput } from './input.ts';
import type { Obj } from './json.ts';
import { AUTHORITIES, CAPABILITIES, CONTROLS, SPECIES, TENANTS } from './pools.ts';
import type { Rng } from './prng.ts';

const POOLS: Readonly<Record<string, readonly string[]>> = {
  capability_id: CAPABILITIES,
  env: ENVS,
  data_label: LABELS,
  tenant_risk: RISKS,
  qos_class: QOS,
  tenant_id: TENANTS,
};

export function generateRules(rng: Rng, target: RouteInput): unknown {
  const crowded = rng.chance(0.15);
  const count = crowded ? rng.int(9) : rng.pick([1, 1, 2, 2, 3, 4]);
  const meeting = rng.chance(0.95) ? rng.int(count) : -1;
  const rules = Array.from({ length: count }, (_, index) => ({
    rule_id: `rr_${index}${rng.pick(['', '-b', ':c'])}`,
    ...rng.maybe(0.1, 'description', () => 'what this rule is for'),
    match: index === meeting ? wideMatch(rng, target) : narrowMatch(rng, target, crowded),
    decision: generateRuleDecision(rng),
  }));
  return rng.chance(0.3) ? { rules } : rules;
}

/** Takes the request. */
function wideMatch(rng: Rng, target: RouteInput): Obj {
  return conditions(rng, (name) => [
    rng.weighted([
      [8, 'all'],
      [2, 'some'],
      [1, 'one'],
    ]),
    targetOf(target, name),
  ]);
}

/** Takes a part of the inputs, the request perhaps among them. */
function narrowMatch(rng: Rng, target: RouteInput, crowded: boolean): Obj {
  const apart = rng.pick(['capability_id', 'tenant_id', 'env', 'data_label']);
  return conditions(rng, (name) => {
    const form = crowded ? rng.pick(['all', 'some', 'one']) : rng.pick(['some', 'one', 'all']);
    const other = (POOLS[name] ?? []).filter((value) => value !== targetOf(target, name));
    const value = rng.chance(0.6) ? targetOf(target, name) : rng.pick(other);
    return name === apart && !crowded && rng.chance(0.85) ? ['one', rng.pick(other)] : [form, value];
  });
}

const targetOf = (target: RouteInput, name: string): string => String((target as unknown as Obj)[name]);

function conditions(rng: Rng, choose: (name: string) => readonly [string, string]): Obj {
  const rows = Object.keys(POOLS).map((name) => {
    const [form, value] = choose(name);
    return [name, condition(rng, form, value, POOLS[name] ?? [])] as const;
  });
  return Object.fromEntries(rows.filter(([, found]) => found !== undefined));
}

function condition(rng: Rng, form: string, value: string, pool: readonly string[]): unknown {
  if (form === 'all') return rng.pick([undefined, undefined, { any: true }, { in: rng.shuffled(pool) }]);
  if (form === 'one') return rng.pick([value, { eq: value }, { in: [value] }]);
  return { in: rng.shuffled([...new Set([value, ...rng.some(pool, 0.5)])]) };
}

const generateRuleDecision = (rng: Rng): Obj => ({
  candidate_workers_ranked: Array.from(
    {
      length: rng.weighted([
        [2, 0],
        [50, 1],
        [30, 2],
        [18, 3],
      ]),
    },
    () => generateCandidate(rng),
  ),
  ...rng.maybe(0.3, 'required_controls_suggested', () => generateControls(rng, 0.3)),
  ...rng.maybe(0.3, 'recommended_profiles', () =>
    rng.some(
      [
        'prof.dev.permissive',
        { profile_id: 'prof.prod.strict', score: 1 },
        { profile_id: 'prof.mem.rag_strict', score: null },
        { profile_id: 'x.ada.quiet' },
        'prof.ops.approval_strict',
      ],
      0.4,
    ),
  ),
  ...rng.maybe(0.7, 'escalation', () => generateEscalation(rng)),
  ...rng.maybe(0.35, 'preconditions', () => generatePreconditions(rng)),
  ...rng.maybe(0.3, 'max_blast_score', () => generateLimit(rng)),
  ...rng.maybe(0.2, 'catalog_version_min', () => rng.pick(['1.0.0', 'wcp-catalog@1.0.0', '0.12.9'])),
});

/** In either spelling. */
export const generateControls = (rng: Rng, probability: number): string[] =>
  rng
    .shuffled(rng.some(CONTROLS, probability))
    .map((control) =>
      control.startsWith('ctrl.') && rng.chance(0.4) ? control.replaceAll('-', '_') : control,
    );

const generateCandidate = (rng: Rng): Obj => ({
  worker_species_id: rng.pick(SPECIES),
  ...rng.maybe(0.5, 'score_hint', () => rng.pick([1, 0.5, -3.25, null])),
  ...rng.maybe(0.3, 'requires_controls_minimum', () => generateControls(rng, 0.35)),
  ...rng.maybe(0.25, 'authorities', () => rng.pick([null, [], rng.some(AUTHORITIES, 0.7), AUTHORITIES])),
});

const generateEscalation = (rng: Rng): Obj => ({
  ...rng.maybe(0.7, 'policy_gate', () => rng.chance(0.75)),
  ...rng.maybe(0.3, 'human_required_default', () => rng.chance(0.3)),
  ...rng.maybe(0.25, 'human_required_if', () =>
    Array.from({ length: rng.int(3) }, () => generateHumanCondition(rng)),
  ),
  ...rng.maybe(0.4, 'supervisor_level', () => rng.pick([null, ...LEVELS, 'gatekeeper', 'gatekeeper'])),
  ...rng.maybe(0.2, 'rationale', () => rng.pick([null, 'because\nof this'])),
  ...rng.maybe(0.15, 'msavx_step_up', () => rng.chance(0.3)),
});

const generateHumanCondition = (rng: Rng): Obj => {
  const found: Obj = {
    ...rng.maybe(0.5, 'blast_score', () => ({ gte: rng.pick([0, 4, 8, 50]) })),
    ...rng.maybe(0.4, 'tenant_risk', () => rng.pick(['high', { in: ['medium', 'high'] }])),
    ...rng.maybe(0.3, 'env', () => rng.pick([{ eq: 'prod' }, { in: ['prod', 'edge'] }, { any: true }])),
    ...rng.maybe(0.2, 'tenant_id', () => rng.pick(TENANTS)),
  };
  return Object.keys(found).length > 0 ? found : { data_label: 'RESTRICTED' };
};

const generatePreconditions = (rng: Rng): Obj => ({
  ...rng.maybe(0.6, 'deny_if_no_attestation_in_prod', () => rng.chance(0.8)),
  ...rng.maybe(0.5, 'deny_if_unsigned_artifact_in_prod', () => rng.chance(0.8)),
  ...rng.maybe(0.3, 'must_have_correlation_id', () => rng.chance(0.5)),
  ...rng.maybe(0.2, 'deny_if_missing_required_controls', () => false),
});

const generateLimit = (rng: Rng): unknown =>
  rng.chance(0.5)
    ? rng.pick([0, 4, 6, 10, 100])
    : Object.fromEntries(rng.some(ENVS, 0.5).map((env) => [env, rng.pick([0, 5, 8, 12, 100])]));
