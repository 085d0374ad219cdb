import { type CandidateReport, SKIP_REASONS, type SkipReason } from '@wcp/spec/document';
import { compareText } from '@wcp/spec/json';
import { type Denial, deny } from '../evaluation/denial.ts';
import type { MatchedEvaluation } from '../evaluation/evaluation.ts';
import { UNOBSERVED } from '../evaluation/read-facts.ts';
import { type CompiledCandidate, planOf } from '../world/compiled-rule.ts';
import type { CompiledWorker } from '../world/compiled-worker.ts';
import { rendezvousHash } from './rendezvous-hash.ts';

/**
 * Step 9: a worker is selected. The first species with an eligible worker wins; every candidate is
 * reported with what kept it from being taken.
 */
export function selectWorker(current: MatchedEvaluation): Denial | null {
  const missing = new Set<string>();
  for (const candidate of current.rule.candidates) {
    const reason = current.worker === null ? tryCandidate(current, candidate, missing) : 'already_selected';
    current.candidates.push(reportOf(candidate, reason));
  }
  return current.worker === null ? denyAll(current.candidates, missing) : null;
}

/** Takes the candidate's best eligible worker, or says how far its workers got. */
function tryCandidate(
  current: MatchedEvaluation,
  candidate: CompiledCandidate,
  missing: Set<string>,
): SkipReason | null {
  const eligible: CompiledWorker[] = [];
  let furthest: SkipReason = 'not_enrolled';
  for (const worker of candidate.workers) {
    const reason = skipReason(current, candidate, worker, missing);
    if (reason === null) eligible.push(worker);
    else if (rank(reason) > rank(furthest)) furthest = reason;
  }
  if (eligible.length === 0) return furthest;
  const worker = rendezvousHash(eligible, current.input.correlation_id);
  current.worker = worker;
  current.controls = planOf(candidate, worker).effective;
  return null;
}

/** The checks of one worker, in their order; the first that fails. Workers are never pooled (R7). */
function skipReason(
  { engine: { settings }, facts, input }: MatchedEvaluation,
  candidate: CompiledCandidate,
  worker: CompiledWorker,
  missing: Set<string>,
): SkipReason | null {
  if (!worker.capabilities.has(input.capability_id)) return 'capability_not_declared';
  if (settings.trusted_authorities?.has(worker.authority) === false) return 'untrusted_authority';
  if (candidate.authorities?.has(worker.authority) === false) return 'untrusted_authority';
  if (!worker.environments.has(input.env)) return 'env_not_allowed';
  if (!worker.catalog_compatible) return 'catalog_incompatible';
  if (!(facts.workers?.get(worker.worker_id) ?? UNOBSERVED).available) return 'unavailable';
  const plan = planOf(candidate, worker);
  for (const control of plan.missing) missing.add(control);
  return plan.missing.length > 0 ? 'missing_controls' : null;
}

function rank(reason: SkipReason): number {
  return SKIP_REASONS.indexOf(reason);
}

function reportOf(candidate: CompiledCandidate, reason: SkipReason | null): CandidateReport {
  return {
    worker_species_id: candidate.species,
    score_hint: candidate.score_hint,
    requires_controls_minimum: candidate.minimum.slice(),
    skip_reason: reason,
  };
}

function denyAll(candidates: readonly CandidateReport[], missing: ReadonlySet<string>): Denial {
  const all = (reason: SkipReason) =>
    candidates.length > 0 && candidates.every((each) => each.skip_reason === reason);
  if (all('missing_controls')) {
    return deny('DENY_MISSING_REQUIRED_CONTROLS', { missing: [...missing].sort(compareText) });
  }
  return deny(all('untrusted_authority') ? 'DENY_UNTRUSTED_AUTHORITY' : 'DENY_NO_AVAILABLE_WORKER');
}
