import { escapeText } from '@wcp/spec/json';
import type { Evaluation } from '../evaluation/evaluation.ts';
import type { CompiledWorker } from '../world/compiled-worker.ts';
import type { PolicyVerdict } from '../world/policy-gate.ts';

/** What each step saw when it let a case pass, in one sentence; by the step's number. */
const SEEN: Readonly<Record<number, (current: Evaluation) => string>> = {
  1: () => 'Every member has its form.',
  2: () => 'Rules, configuration, catalog version and facts are sound.',
  3: () => 'Neither the Hall nor this tenant nor this correlation is frozen.',
  4: ({ engine, input }) =>
    engine.settings.require_signatory
      ? `Tenant "${input.tenant_id}" is on the list.`
      : 'This Hall does not ask for signatories.',
  5: ({ engine, input }) =>
    engine.settings.require_credential
      ? `The credential is valid and belongs to "${input.tenant_id}".`
      : 'This Hall does not ask for credentials.',
  6: ({ engine, input }) =>
    input.policy_version === null
      ? 'The caller names no policy version.'
      : `Caller and Hall both mean ${escapeText(engine.settings.policy_version)}.`,
  7: ({ engine, input }) =>
    engine.dead_rules.length === 0
      ? 'Every rule can match something.'
      : `${engine.dead_rules.length} dead rule(s); ${input.env} routes all the same.`,
  8: ({ matched_rule_id }) => `Rule "${matched_rule_id}" is the first that matches.`,
  9: (current) => {
    const { worker_id, species } = current.worker as CompiledWorker;
    return `Worker ${worker_id} of species ${species} has every control that is required (${current.controls?.length}).${skipped(current)}`;
  },
  10: ({ attestation_required }) =>
    attestation_required
      ? 'The code is the code that was attested, and it is not banned.'
      : 'The code is not banned; attestation is not asked for here.',
  11: ({ envelope_ok }) =>
    envelope_ok === null ? 'Nobody asks for an envelope here.' : 'The envelope is within the ceiling.',
  12: ({ blast_score, blast_limit }) => `The blast score is ${blast_score}, the limit ${blast_limit}.`,
  13: ({ verdict }) =>
    verdict === null
      ? 'The rule does not ask the gate.'
      : `The gate says ${verdict.decision}: ${escapeText(verdict.reason)}`,
  14: () => 'The rule asks for no human.',
  15: ({ approved }) =>
    approved ? 'The approval is for this very decision.' : 'No approval came with the facts.',
};

/** Which step each reason to hold belongs to. */
const HOLDING = { 12: 'BLAST_RADIUS_EXCEEDED', 13: 'POLICY_GATE', 14: 'RULE' } as const;

/** What a step that let the case pass saw. */
export function describeStep(step: number, current: Evaluation): string {
  return (SEEN[step] as (current: Evaluation) => string)(current);
}

/** What a step that asks for a human says, or null where it asks for none. */
export function describeHold(step: number, current: Evaluation): string | null {
  const reason = HOLDING[step as keyof typeof HOLDING];
  const held = current.holds.find((hold) => hold.reason === reason);
  if (held === undefined) return null;
  if (step === 12) {
    return `The blast score is ${current.blast_score}, above the limit ${current.blast_limit}: a human decides (${held.level}).`;
  }
  return step === 13
    ? `The gate asks for a human (${held.level}): ${escapeText((current.verdict as PolicyVerdict).reason)}`
    : `The rule asks for a human (${held.level}).`;
}

function skipped({ candidates }: Evaluation): string {
  const before = candidates.filter(
    ({ skip_reason }) => skip_reason !== null && skip_reason !== 'already_selected',
  );
  if (before.length === 0) return '';
  return ` Skipped: ${before.map((each) => `${each.worker_species_id} (${each.skip_reason})`).join(', ')}.`;
}
