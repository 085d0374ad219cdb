import type { DenyCode } from '@wcp/spec';
import { normaliseHash } from '@wcp/spec/json';
import { type Denial, deny } from '../evaluation/denial.ts';
import { isStrict, type SelectedEvaluation } from '../evaluation/evaluation.ts';
import { UNOBSERVED, type WorkerReading } from '../evaluation/read-facts.ts';
import type { CompiledWorker } from '../world/compiled-worker.ts';

/**
 * Step 10: the selected worker's code is neither banned nor, where attestation is required,
 * unattested or changed. It is a denial, never a reason to take the next worker.
 */
export function checkAttestation(current: SelectedEvaluation): Denial | null {
  const { engine, facts, rule, worker } = current;
  const observed = facts.workers?.get(worker.worker_id) ?? UNOBSERVED;
  current.attestation_required =
    engine.settings.require_worker_attestation || (rule.deny_unattested && isStrict(current));
  const code = isBanned(current, observed)
    ? 'DENY_WORKER_BANNED'
    : current.attestation_required
      ? attestationFault(worker, observed)
      : null;
  if (current.attestation_required) current.attestation_valid = code === null;
  if (code !== null) return deny(code, { worker_species_id: worker.species });
  if (!rule.deny_unsigned || !isStrict(current) || observed.signed) return null;
  return deny('DENY_UNSIGNED_ARTIFACT', { worker_species_id: worker.species });
}

function isBanned({ facts, worker }: SelectedEvaluation, observed: WorkerReading): boolean {
  const banned = facts.banned_hashes;
  if (banned === null) return false;
  const live = normaliseHash(observed.current_hash);
  return banned.has(worker.attested_hash) || (live !== null && banned.has(live));
}

function attestationFault(worker: CompiledWorker, observed: WorkerReading): DenyCode | null {
  if (worker.attested_hash === 'missing') return 'DENY_WORKER_ATTESTATION_MISSING';
  if (worker.attested_hash === 'malformed') return 'DENY_WORKER_ATTESTATION_INVALID_HASH';
  if (observed.current_hash === worker.attested_hash) return null;
  const live = normaliseHash(observed.current_hash);
  if (live === null) return 'DENY_WORKER_HASH_UNAVAILABLE';
  return live === worker.attested_hash ? null : 'DENY_WORKER_TAMPERED';
}
