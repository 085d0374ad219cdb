// Steps 10 to 14: attestation, envelope, blast radius, policy gate, human.

import { observed } from './facts.ts';
import { LEVELS } from './ids.ts';
import { isText, type Obj, oneOf, own, readHash, shape, sortedUnique } from './json.ts';
import type { Envelope } from './records.ts';
import { matches } from './rules.ts';
import { type Denial, factsOf, inputOf, isStrictEnv, known, type Run, type Verdict } from './run.ts';
import { ownBlast } from './spending.ts';

export function step10Attestation(run: Run): Denial | null {
  const worker = known(run.worker);
  const { current_hash, signed } = observed(factsOf(run), worker.worker_id);
  const required = attestationRequired(run);
  const failed = bannedOrUnattested(run, required, worker.code_hash, current_hash);
  run.decision['worker_attestation_checked'] = required;
  run.decision['worker_attestation_valid'] = required ? failed === null : null;
  const unsigned = inForce(run, 'deny_if_unsigned_artifact_in_prod') && !signed;
  const code = failed ?? (unsigned ? 'DENY_UNSIGNED_ARTIFACT' : null);
  return code === null ? null : { code, detail: { worker_species_id: worker.worker_species_id } };
}

export const attestationRequired = (run: Run): boolean =>
  known(run.world).config.require_worker_attestation || inForce(run, 'deny_if_no_attestation_in_prod');

/** Whether one of the two preconditions for prod and edge holds. */
export const inForce = (run: Run, precondition: string): boolean =>
  isStrictEnv(run) && own(known(run.rule).preconditions, precondition) === true;

function bannedOrUnattested(run: Run, required: boolean, attested: unknown, live: unknown): string | null {
  const banned = (factsOf(run).banned_hashes ?? []).map(readHash);
  const hashes = [readHash(attested), readHash(live)];
  if (hashes.some((hash) => hash !== null && banned.includes(hash))) return 'DENY_WORKER_BANNED';
  if (!required) return null;
  if (attested === null) return 'DENY_WORKER_ATTESTATION_MISSING';
  if (hashes[0] === null) return 'DENY_WORKER_ATTESTATION_INVALID_HASH';
  if (hashes[1] === null) return 'DENY_WORKER_HASH_UNAVAILABLE';
  return hashes[0] === hashes[1] ? null : 'DENY_WORKER_TAMPERED';
}

export function step11Envelope(run: Run): Denial | null {
  if (!envelopeChecked(run)) return null;
  const violations = violationsOf(run, known(run.worker).envelope);
  run.decision['privilege_envelope_ok'] = violations.length === 0;
  return violations.length === 0
    ? null
    : { code: 'DENY_PRIVILEGE_ENVELOPE_VIOLATED', detail: { violations } };
}

export const envelopeChecked = (run: Run): boolean =>
  known(run.world).config.enforce_privilege_envelopes ||
  (run.decision['required_controls_effective'] as string[]).includes('ctrl.privilege-envelopes-required');

function violationsOf(run: Run, envelope: Envelope | null): string[] {
  const strict = isStrictEnv(run);
  const { isolated, allowed_secrets } = known(run.world).config;
  if (envelope === null) return strict || isolated ? ['envelope_missing'] : [];
  const secrets = allowed_secrets[inputOf(run).env] ?? [];
  const violations = egressViolations(run, envelope);
  if (strict && envelope.secrets_access.some((name) => !secrets.includes(name))) {
    violations.push('secret_not_allowed');
  }
  if (envelope.filesystem_writes.some(isRefusedPath)) violations.push('write_path_refused');
  return sortedUnique(violations);
}

function egressViolations(run: Run, envelope: Envelope): string[] {
  const { env, data_label } = inputOf(run);
  const { isolated, allowed_hosts } = known(run.world).config;
  const egress = envelope.network_egress;
  if (egress === 'unrestricted' && isStrictEnv(run)) return ['egress_unrestricted'];
  const violations: string[] = [];
  if (isolated && egress !== 'none') violations.push('egress_not_none');
  if (data_label === 'RESTRICTED' && isStrictEnv(run) && egress === 'allowlisted') {
    const hosts = allowed_hosts[env] ?? [];
    if (envelope.egress_allowlist.some((host) => !hosts.includes(host)))
      violations.push('egress_not_allowlisted');
  }
  return violations;
}

const isRefusedPath = (path: string): boolean =>
  path === '/' || !path.startsWith('/') || path.split('/').includes('..');

export function step12Blast(run: Run): Denial | null {
  const blast_score = blastScore(run);
  const limit = blastLimit(run);
  run.limit = limit;
  run.decision['blast_score'] = blast_score;
  run.decision['blast_gate_passed'] = blast_score <= limit;
  if (blast_score <= limit) return null;
  if (known(run.world).config.on_exceeded === 'deny') {
    return { code: 'DENY_BLAST_RADIUS_EXCEEDED', detail: { blast_score, limit } };
  }
  run.reasons.push({ reason: 'BLAST_RADIUS_EXCEEDED', level: higher(ruleLevel(run), 'gatekeeper') });
  return null;
}

function blastScore(run: Run): number {
  return Math.min(100, ownBlast(run) + (factsOf(run).chain?.blast_score ?? 0));
}

/** The lesser of the Hall's limit for the environment and the rule's. */
function blastLimit(run: Run): number {
  const { env } = inputOf(run);
  const { max_blast_score: said } = known(run.rule);
  const rules = typeof said === 'number' ? said : ((own(said, env) ?? 100) as number);
  return Math.min(known(known(run.world).config.limits[env]), rules);
}

export const higher = (one: string, other: string): string =>
  LEVELS.indexOf(one) >= LEVELS.indexOf(other) ? one : other;

const ruleLevel = (run: Run): string =>
  known(run.rule).escalation.supervisor_level ?? known(run.world).config.default_level;

export function step13PolicyGate(run: Run): Denial | null {
  if (!known(run.rule).escalation.policy_gate) return null;
  const answer = factsOf(run).policy;
  if (answer === undefined) return { code: 'DENY_POLICY_GATE_UNCONFIGURED' };
  if (shape({ throws: (value) => value === true }, ['throws'])(answer))
    return { code: 'DENY_POLICY_GATE_ERROR' };
  if (!isVerdict(answer)) return { code: 'DENY_POLICY_GATE_INVALID_RESPONSE' };
  const { decision, reason, policy_version, supervisor_level } = answer;
  if (decision === 'DENY') return { code: 'DENY_POLICY_GATE', detail: { reason, policy_version } };
  if (decision === 'REQUIRE_HUMAN') {
    run.reasons.push({ reason: 'POLICY_GATE', level: supervisor_level ?? ruleLevel(run) });
  }
  run.verdict = answer;
  return null;
}

const isVerdict = (answer: unknown): answer is Verdict =>
  shape(
    {
      decision: oneOf(['ALLOW', 'DENY', 'REQUIRE_HUMAN']),
      policy_version: isText,
      reason: isText,
      supervisor_level: (level) => own(answer, 'decision') === 'REQUIRE_HUMAN' && oneOf(LEVELS)(level),
    },
    ['decision', 'policy_version', 'reason'],
  )(answer);

export function step14Human(run: Run): Denial | null {
  const { human_required_default, msavx_step_up, human_required_if } = known(run.rule).escalation;
  const asked = human_required_default || msavx_step_up || human_required_if.some((all) => holds(run, all));
  if (asked) run.reasons.push({ reason: 'RULE', level: ruleLevel(run) });
  return null;
}

/** Within one object everything must hold. */
function holds(run: Run, all: Obj): boolean {
  const least = (own(own(all, 'blast_score'), 'gte') ?? 0) as number;
  return matches(all, inputOf(run)) && (run.decision['blast_score'] as number) >= least;
}
