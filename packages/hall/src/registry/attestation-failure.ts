import type { DenyCode, RouteDecision, WorkerFacts } from '@wcp/spec';
import { normaliseHash } from '@wcp/spec/json';
import type { EnrolledWorker } from './enrolled-worker.ts';

/** What was observed of the workers for a decision. */
export interface ObservedFacts {
  readonly workers: Readonly<Record<string, WorkerFacts>>;
  readonly banned_hashes: readonly string[];
}

type Matches = (attested: unknown, seen: WorkerFacts, banned: ReadonlySet<string>) => boolean;

/** By code of step 10: whether a worker is one that it is about. */
const MATCHES: Partial<Readonly<Record<DenyCode, Matches>>> = {
  DENY_WORKER_BANNED: (attested, { current_hash }, banned) =>
    [attested, current_hash].some((hash) => banned.has(normaliseHash(hash) ?? '')),
  DENY_WORKER_ATTESTATION_MISSING: (attested) => attested === undefined,
  DENY_WORKER_ATTESTATION_INVALID_HASH: (attested) =>
    attested !== undefined && normaliseHash(attested) === null,
  DENY_WORKER_HASH_UNAVAILABLE: (_, { current_hash }) => normaliseHash(current_hash) === null,
  DENY_WORKER_TAMPERED: (attested, { current_hash }) => {
    const [stated, found] = [normaliseHash(attested), normaliseHash(current_hash)];
    return stated !== null && found !== null && stated !== found;
  },
  DENY_UNSIGNED_ARTIFACT: (_, { signed }) => signed !== true,
};

/** The workers that a denial of step 10 is about, by what was observed of them. */
export function attestationFailures(
  { deny_code, deny_reason_if_denied }: RouteDecision,
  workers: readonly EnrolledWorker[],
  facts: ObservedFacts,
): readonly EnrolledWorker[] {
  if (deny_code === null) return [];
  const species = (deny_reason_if_denied as { worker_species_id?: string } | null)?.worker_species_id;
  return workers.filter(
    (worker) =>
      worker.record.worker_species_id === species && isFailing(worker, deny_code as DenyCode, facts),
  );
}

/** Whether what was observed of a worker is what a code of step 10 says. */
export function isFailing({ record }: EnrolledWorker, code: DenyCode, facts: ObservedFacts): boolean {
  const seen = facts.workers[record.worker_id];
  if (seen === undefined) return false;
  return MATCHES[code]?.(record.attestation?.code_hash, seen, new Set(facts.banned_hashes)) ?? false;
}
