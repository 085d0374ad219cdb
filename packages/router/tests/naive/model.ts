// A plain transcription of section 5 of the protocol: no table, no cache, no compile step.
// It shares nothing with the engine that it is compared with.

import type { CatalogProfiles, Floor } from './config.ts';
import { factsAreValid } from './facts.ts';
import {
  inForce,
  step10Attestation,
  step11Envelope,
  step12Blast,
  step13PolicyGate,
  step14Human,
} from './gates.ts';
import { ENVS, isBlank, LABELS, LEVELS, QOS, RISKS } from './ids.ts';
import { inputFindings } from './input.ts';
import { type Obj, own, readHash } from './json.ts';
import { decisionDigest, denied, dispatched, held, highestLevel } from './outcome.ts';
import { ALWAYS_ON, IN_PROD, matches } from './rules.ts';
import { begin, type Denial, factsOf, inputOf, isStrictEnv, known, type Run, requestHash } from './run.ts';
import { step9SelectWorker } from './select.ts';
import { deadRules } from './shadow.ts';
import { step12Budgets } from './spending.ts';
import type { Documents } from './world.ts';

export type { CatalogProfiles } from './config.ts';
export { naiveDeadRules } from './shadow.ts';
export type { Documents } from './world.ts';

const STEPS: readonly ((run: Run) => Denial | null)[] = [
  step1Input,
  step2World,
  factsHaveTheirForm,
  step3Frozen,
  step4Signatory,
  step4Environment,
  step5Credential,
  floorIsApplied,
  step6PolicyVersion,
  step7DeadRules,
  step8Rule,
  step9SelectWorker,
  step10Attestation,
  step11Envelope,
  step12Blast,
  step12Budgets,
  step13PolicyGate,
  step14Human,
  step15Approval,
];

/** The whole RouteDecision; every message in it is "". */
export function naiveDecide(
  documents: Documents,
  facts: unknown,
  input: unknown,
  catalogProfiles: CatalogProfiles,
): Obj {
  const run = begin(documents, facts, input, catalogProfiles);
  for (const step of STEPS) {
    const denial = step(run);
    if (denial !== null) return denied(run, denial);
  }
  const proceeds = !isHold(run) || factsOf(run).approval != null;
  return proceeds ? dispatched(run) : held(run);
}

function step1Input(run: Run): Denial | null {
  const findings = inputFindings(run.rawInput);
  if (findings.length > 0) return { code: 'DENY_INVALID_INPUT', detail: { findings } };
  if (isBlank(inputOf(run).tenant_id)) return { code: 'DENY_MISSING_TENANT_ID' };
  if (isBlank(inputOf(run).correlation_id)) return { code: 'DENY_MISSING_CORRELATION_ID' };
  return null;
}

function step2World(run: Run): Denial | null {
  run.decision['artifact_hash'] = requestHash(run);
  return run.world === null ? { code: 'DENY_HALL_MISCONFIGURED' } : null;
}

function factsHaveTheirForm(run: Run): Denial | null {
  return factsAreValid(run.rawFacts) ? null : { code: 'DENY_INTERNAL_ERROR' };
}

function step3Frozen(run: Run): Denial | null {
  return factsOf(run).frozen == null ? null : { code: 'DENY_FROZEN' };
}

function step4Signatory(run: Run): Denial | null {
  const { require_signatory, allowed_tenants, redact_tenant } = known(run.world).config;
  const { tenant_id } = inputOf(run);
  if (!require_signatory || allowed_tenants.includes(tenant_id)) return null;
  return { code: 'DENY_UNKNOWN_TENANT', detail: { tenant_id: redact_tenant ? null : tenant_id } };
}

function floorOf(run: Run): Floor {
  const { tenant_floors } = known(run.world).config;
  const { tenant_id } = inputOf(run);
  return (own(tenant_floors, tenant_id) ?? own(tenant_floors, '*') ?? {}) as Floor;
}

function step4Environment(run: Run): Denial | null {
  const { environments = ENVS } = floorOf(run);
  return environments.includes(inputOf(run).env) ? null : { code: 'DENY_TENANT_ENV_NOT_ALLOWED' };
}

/** What the caller says about itself is never judged as less strict than the floor of its tenant. */
function floorIsApplied(run: Run): null {
  const said = inputOf(run);
  const floor = floorOf(run);
  const greater = (order: readonly string[], one: string, other = one): string =>
    order[Math.max(order.indexOf(one), order.indexOf(other))] as string;
  const judged = {
    data_label: greater(LABELS, said.data_label, floor.data_label),
    tenant_risk: greater(RISKS, said.tenant_risk, floor.tenant_risk),
    qos_class: greater(QOS, said.qos_class, floor.qos_class),
  };
  run.judged = { ...said, ...judged };
  Object.assign(run.decision, judged);
  return null;
}

function step5Credential(run: Run): Denial | null {
  if (!known(run.world).config.require_credential) return null;
  const { credential } = factsOf(run);
  const fits = credential?.valid === true && credential.tenant_id === inputOf(run).tenant_id;
  return fits ? null : { code: 'DENY_TENANT_CREDENTIAL_INVALID' };
}

function step6PolicyVersion(run: Run): Denial | null {
  const expected = known(run.world).config.policy_version;
  const named = inputOf(run).policy_version;
  if (named == null || named === expected) return null;
  return { code: 'DENY_POLICY_VERSION_MISMATCH', detail: { expected } };
}

function step7DeadRules(run: Run): Denial | null {
  const dead = isStrictEnv(run) ? deadRules(known(run.world).rules).map(({ rule_id }) => rule_id) : [];
  return dead.length === 0 ? null : { code: 'DENY_SHADOW_RULES_DETECTED', detail: { dead_rules: dead } };
}

function step8Rule(run: Run): Denial | null {
  const rule = known(run.world).rules.find(({ match }) => matches(match, inputOf(run)));
  run.decision['matched_rule_id'] = rule?.rule_id ?? 'NO_MATCH';
  if (rule === undefined) return { code: 'DENY_NO_MATCHING_RULE' };
  run.rule = rule;
  run.decision['escalation_effective'] = rule.escalation;
  run.decision['recommended_profiles_effective'] = rule.profiles;
  run.decision['preconditions_checked'] = [
    ...ALWAYS_ON,
    ...IN_PROD.filter((name) => inForce(run, name)),
  ].sort();
  return null;
}

/** A hold is what asks for more than telling a human. */
const isHold = (run: Run): boolean => ![null, 'advisory'].includes(highestLevel(run));

function step15Approval(run: Run): Denial | null {
  const { approval } = factsOf(run);
  if (approval == null) return null;
  const fits =
    highestLevel(run) === 'gatekeeper' &&
    readHash(approval.decision_digest) === decisionDigest(run.rawInput, held(run)) &&
    LEVELS.indexOf(approval.level) >= LEVELS.indexOf('gatekeeper') &&
    approval.resolver !== inputOf(run).tenant_id;
  return fits ? null : { code: 'DENY_APPROVAL_STALE' };
}
