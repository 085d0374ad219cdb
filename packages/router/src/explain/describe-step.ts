import { escapeText } from '@wcp/spec/json';
import type { Evaluation, SelectedEvaluation } from '../evaluation/evaluation.ts';
import { shownReason } from '../evaluation/shown-reason.ts';
import { checkBudgets } from '../steps/12-budgets.ts';
import type { Step } from '../steps/index.ts';
import type { PolicyVerdict } from '../world/policy-gate.ts';

/** A sentence about a step that let the request pass; it relies on what that step and those before it have set. */
interface Describe {
  of(current: Evaluation): string;
}

/** Why each step let a request pass, in one sentence; by the step's number. */
const PASSED: Readonly<Record<number, Describe['of']>> = {
  1: () => 'Every member of the input is valid.',
  2: () => 'Rules, configuration, catalog version and facts are valid.',
  3: () => 'Nothing is frozen: not the Hall, this tenant or this correlation.',
  4: ({ engine, input }) =>
    engine.settings.require_signatory
      ? `${engine.settings.redact_tenant ? 'The tenant' : `Tenant "${input.tenant_id}"`} is on the list.`
      : 'This Hall accepts any tenant.',
  5: ({ engine, input }) =>
    engine.settings.require_credential
      ? `The credential is valid and belongs to ${engine.settings.redact_tenant ? 'the tenant' : `"${input.tenant_id}"`}.`
      : 'This Hall requires no credentials.',
  6: ({ engine, input }) =>
    input.policy_version === null
      ? 'The caller names no policy version.'
      : `The caller and the Hall both use ${escapeText(engine.settings.policy_version)}.`,
  7: ({ engine, input }) =>
    engine.dead_rules.length === 0
      ? 'Every rule can match something.'
      : `${engine.dead_rules.length} dead rule(s), which ${input.env} tolerates.`,
  8: ({ matched_rule_id }) => `Rule "${matched_rule_id}" is the first that matches.`,
  9: ({ worker, controls, candidates }: SelectedEvaluation) =>
    `Worker ${worker.worker_id} of species ${worker.species} has every required control (${controls.length}).${skipped(candidates)}`,
  10: ({ attestation_required }) =>
    attestation_required
      ? 'The code is the code that was attested, and it is not banned.'
      : 'The code is not banned; attestation is not required here.',
  11: ({ envelope_ok }) =>
    envelope_ok === null ? 'No envelope is required here.' : 'The envelope is within the ceiling.',
  12: ({ blast_score, blast_limit }) => `The blast score is ${blast_score}, the limit ${blast_limit}.`,
  13: (current: SelectedEvaluation) =>
    current.verdict === null
      ? 'The rule does not use the gate.'
      : `The gate says ${current.verdict.decision}: ${shownReason(current.verdict.reason, current)}`,
  14: () => 'The rule requires no human.',
  15: ({ approved }) =>
    approved ? 'The approval is for this very decision.' : 'The facts contain no approval.',
};

/** The reason to hold that each step may add. */
const HOLD_REASONS = { 12: 'BLAST_RADIUS_EXCEEDED', 13: 'POLICY_GATE', 14: 'RULE' } as const;

/** Why a step let the request pass. */
export function describeStep({ step, check }: Step, current: Evaluation): string {
  if (check === checkBudgets) return describeBudgets(current);
  return (PASSED[step] as Describe['of'])(current);
}

/** Why a step holds the decision for a human, or null where it does not. */
export function describeHold({ step, check }: Step, current: Evaluation): string | null {
  if (check === checkBudgets) return null;
  const reason = HOLD_REASONS[step as keyof typeof HOLD_REASONS];
  const held = current.holds.find((hold) => hold.reason === reason);
  if (held === undefined) return null;
  if (step === 12) {
    return `The blast score is ${current.blast_score}, above the limit of ${current.blast_limit}: a human decides (${held.level}).`;
  }
  return step === 13
    ? `The gate requires a human (${held.level}): ${shownReason((current.verdict as PolicyVerdict).reason, current as SelectedEvaluation)}`
    : `The rule requires a human (${held.level}).`;
}

function describeBudgets({ engine }: Evaluation): string {
  return engine.settings.budgets.length === 0
    ? 'This Hall has no budgets.'
    : 'Every budget that limits this request has room.';
}

function skipped(candidates: SelectedEvaluation['candidates']): string {
  const before = candidates.filter(
    ({ skip_reason }) => skip_reason !== null && skip_reason !== 'already_selected',
  );
  if (before.length === 0) return '';
  return ` Skipped: ${before.map((each) => `${each.worker_species_id} (${each.skip_reason})`).join(', ')}.`;
}
