// Step 9: a worker is selected.
import { observed } from './facts.ts';
import { versionServes } from './ids.ts';
import { sha256Hex, sortedUnique } from './json.ts';
import type { Worker } from './records.ts';
import type { Candidate } from './rules.ts';
import { type Denial, factsOf, inputOf, known, type Run } from './run.ts';

/** In the order of the checks: a later one is further. */
const REASONS = [
  'not_enrolled',
  'capability_not_declared',
  'untrusted_authority',
  'env_not_allowed',
  'catalog_incompatible',
  'unavailable',
  'missing_controls',
];

export function step9SelectWorker(run: Run): Denial | null {
  const missing: string[] = [];
  const skipped: (string | null)[] = [];
  for (const candidate of known(run.rule).candidates) {
    skipped.push(run.worker === undefined ? examine(run, candidate, missing) : 'already_selected');
  }
  run.decision['candidate_workers_ranked'] = known(run.rule).candidates.map((candidate, index) => ({
    worker_species_id: candidate.worker_species_id,
    score_hint: candidate.score_hint,
    requires_controls_minimum: candidate.requires_controls_minimum,
    skip_reason: skipped[index] ?? null,
  }));
  if (run.worker === undefined) return noneEligible(skipped, missing);
  const controls = requiredControls(run, known(run.candidate), run.worker);
  run.decision['required_controls_effective'] = controls;
  run.decision['controls_applied'] = controls;
  return null;
}

/** Takes a worker of this candidate, or says why there is none. */
function examine(run: Run, candidate: Candidate, missing: string[]): string | null {
  const ofSpecies = known(run.world).workers.filter(
    (worker) => worker.worker_species_id === candidate.worker_species_id,
  );
  const failures = ofSpecies.map((worker) => firstFailure(run, candidate, worker, missing));
  const eligible = ofSpecies.filter((_, index) => failures[index] === null);
  if (eligible.length === 0) return furthest(failures);
  run.candidate = candidate;
  run.worker = greatest(inputOf(run).correlation_id, eligible);
  return null;
}

function firstFailure(run: Run, candidate: Candidate, worker: Worker, missing: string[]): string | null {
  const { capability_id, env } = inputOf(run);
  const { config, catalog_version } = known(run.world);
  const allowed = (list: readonly string[] | null): boolean =>
    list === null || list.includes(worker.authority);
  if (!worker.capabilities.includes(capability_id)) return 'capability_not_declared';
  if (!allowed(config.trusted_authorities) || !allowed(candidate.authorities)) return 'untrusted_authority';
  if (!worker.allowed_environments.includes(env)) return 'env_not_allowed';
  const least = worker.catalog_version_min;
  if (least !== null && !versionServes(catalog_version, least)) return 'catalog_incompatible';
  if (!observed(factsOf(run), worker.worker_id).available) return 'unavailable';
  const lacks = requiredControls(run, candidate, worker).filter(
    (control) => !worker.currently_implements.includes(control),
  );
  missing.push(...lacks);
  return lacks.length > 0 ? 'missing_controls' : null;
}

/** The rule's, the profile's, the candidate's minimum and the record's own. */
const requiredControls = (run: Run, candidate: Candidate, worker: Worker): string[] =>
  sortedUnique([
    ...known(run.rule).controls,
    ...known(run.world).config.controls,
    ...candidate.requires_controls_minimum,
    ...worker.required_controls,
  ]);

const furthest = (failures: readonly (string | null)[]): string =>
  REASONS[Math.max(0, ...failures.map((failure) => REASONS.indexOf(failure ?? '')))] ?? 'not_enrolled';

/** R9: the same request goes to the same worker, many requests spread. */
function greatest(correlationId: string, eligible: readonly Worker[]): Worker {
  const weight = (worker: Worker): string => sha256Hex(`${correlationId}\n${worker.worker_id}`);
  return eligible.reduce((best, worker) => (weight(worker) > weight(best) ? worker : best));
}

function noneEligible(skipped: readonly (string | null)[], missing: readonly string[]): Denial {
  const onlyFor = (reason: string): boolean =>
    skipped.length > 0 && skipped.every((found) => found === reason);
  if (onlyFor('missing_controls')) {
    return { code: 'DENY_MISSING_REQUIRED_CONTROLS', detail: { missing: sortedUnique(missing) } };
  }
  return { code: onlyFor('untrusted_authority') ? 'DENY_UNTRUSTED_AUTHORITY' : 'DENY_NO_AVAILABLE_WORKER' };
}
