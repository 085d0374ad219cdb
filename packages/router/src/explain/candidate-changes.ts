import { decisionDigest, type RouteInput } from '@wcp/spec';
import { DATA_LABELS, ENVS, QOS_CLASSES, type Spent, TENANT_RISKS } from '@wcp/spec/document';
import { decideIn } from '../decision/decide.ts';
import type { Settings, TenantFloors } from '../world/settings.ts';
import { APPROVAL, type Attempt, type CandidateChange } from './change.ts';
import { workerChanges } from './worker-changes.ts';

/** Single changes that may help, the ones most worth trying first. */
export function candidateChanges(start: Attempt): CandidateChange[] {
  const rule = start.engine.rules.find(({ rule_id }) => rule_id === ruleIdOf(start));
  return [
    ...factChanges(start),
    ...configChanges(start),
    ...(rule === undefined ? [] : workerChanges(rule, start)),
    ...inputChanges(start),
  ];
}

/** The rule that would match if every step before it let the request pass. */
function ruleIdOf({ engine, facts, input }: Attempt): string {
  const open: Settings = {
    ...engine.settings,
    require_signatory: false,
    require_credential: false,
    tenant_floors: withoutEnvironments(engine.settings.tenant_floors),
  };
  const { policy_version: _, ...rest } = input;
  return decideIn({ ...engine, settings: open, dead_rules: [] }, { ...facts, frozen: null }, rest)
    .matched_rule_id;
}

function withoutEnvironments(floors: TenantFloors): TenantFloors {
  return new Map([...floors].map(([tenant, floor]) => [tenant, { ...floor, environments: null }]));
}

function inputChange(name: keyof RouteInput, from: unknown, to: unknown): CandidateChange {
  return {
    where: 'input',
    path: `/${name}`,
    from,
    to,
    apply: (attempt) => {
      const { [name]: _, ...rest } = attempt.input;
      return { ...attempt, input: (to === undefined ? rest : { ...rest, [name]: to }) as RouteInput };
    },
  };
}

function inputChanges({ input }: Attempt): CandidateChange[] {
  const optional = (['policy_version', 'blast_score', 'blast_radius'] as const).flatMap((name) =>
    input[name] === undefined ? [] : [inputChange(name, input[name], undefined)],
  );
  const members = [
    ['tenant_risk', TENANT_RISKS],
    ['qos_class', QOS_CLASSES],
    ['data_label', DATA_LABELS],
    ['env', ENVS],
  ] as const;
  const others = members.flatMap(([name, values]) =>
    values.filter((value) => value !== input[name]).map((value) => inputChange(name, input[name], value)),
  );
  return [...optional, ...others];
}

function factChange(name: string, from: unknown, to: unknown): CandidateChange {
  return {
    where: 'facts',
    path: `/${name}`,
    from: from ?? null,
    to,
    apply: (attempt) => ({ ...attempt, facts: { ...attempt.facts, [name]: to } }),
  };
}

function factChanges({ facts, input }: Attempt): CandidateChange[] {
  const changes: CandidateChange[] = [];
  if (facts['frozen'] != null) changes.push(factChange('frozen', facts['frozen'], null));
  if (facts['approval'] != null) changes.push(factChange('approval', facts['approval'], null));
  changes.push(approvalChange(facts['approval']));
  changes.push(factChange('credential', facts['credential'], { valid: true, tenant_id: input.tenant_id }));
  if (facts['chain'] !== undefined)
    changes.push(factChange('chain', facts['chain'], { blast_score: 0, depth: 0 }));
  if (facts['x.spent'] !== undefined)
    changes.push(factChange('x.spent', facts['x.spent'], unspent(facts['x.spent'] as Spent)));
  if (facts['banned_hashes'] !== undefined)
    changes.push(factChange('banned_hashes', facts['banned_hashes'], []));
  changes.push(factChange('policy', facts['policy'], ALLOW_VERDICT));
  return changes;
}

/** The same budgets in a window in which nothing was spent yet. */
function unspent(spent: Spent): Spent {
  const none = (amounts: Spent[string]) => Object.fromEntries(Object.keys(amounts).map((key) => [key, 0]));
  return Object.fromEntries(Object.entries(spent).map(([id, amounts]) => [id, none(amounts)]));
}

const ALLOW_VERDICT = { decision: 'ALLOW', policy_version: 'policy.v0', reason: 'allowed' };

/** What a steward's approval would do: it names the digest of the hold that the other changes lead to. */
function approvalChange(from: unknown): CandidateChange {
  const to = { level: 'gatekeeper' };
  return {
    where: 'facts',
    path: APPROVAL,
    from: from ?? null,
    to,
    apply: ({ engine, facts, input }) => {
      const held = decideIn(engine, { ...facts, approval: null }, input);
      const approval = { ...to, id: 'approval', resolver: '', decision_digest: decisionDigest(input, held) };
      return { engine, facts: { ...facts, approval }, input };
    },
  };
}

function configChange(path: string, from: unknown, to: unknown, changed: Partial<Settings>): CandidateChange {
  return {
    where: 'config',
    path,
    from,
    to,
    apply: (attempt) => ({
      ...attempt,
      engine: { ...attempt.engine, settings: { ...attempt.engine.settings, ...changed } },
    }),
  };
}

function configChanges({ engine: { settings }, input }: Attempt): CandidateChange[] {
  const changes: CandidateChange[] = [];
  if (!settings.allowed_tenants.has(input.tenant_id)) {
    const allowed_tenants = new Set([...settings.allowed_tenants, input.tenant_id]);
    changes.push(configChange('/allowed_tenants/-', undefined, input.tenant_id, { allowed_tenants }));
  }
  if (settings.trusted_authorities !== null) {
    const from = [...settings.trusted_authorities];
    changes.push(configChange('/trusted_authorities', from, null, { trusted_authorities: null }));
  }
  return changes;
}
