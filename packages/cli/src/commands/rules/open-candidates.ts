import { authorityOf, type Diagnostic } from '@wcp/spec';

/** The members of valid rules that say which workers may serve. */
interface CandidateRule {
  readonly decision: {
    readonly candidate_workers_ranked: readonly {
      readonly worker_species_id: string;
      readonly authorities?: readonly string[] | null;
    }[];
  };
}

/**
 * A warning for each candidate of valid rules whose species belongs to nobody and which names no authorities: there,
 * anybody who may enrol a worker gets a part of the requests, unless the Hall's `trusted_authorities` prevents it.
 */
export function openCandidates(rules: unknown): Diagnostic[] {
  const isList = Array.isArray(rules);
  const list = (isList ? rules : (rules as { rules: unknown }).rules) as readonly CandidateRule[];
  return list.flatMap(({ decision }, rule) =>
    decision.candidate_workers_ranked.flatMap(({ worker_species_id, authorities }, index): Diagnostic[] => {
      if (authorities != null || authorityOf(worker_species_id) !== null) return [];
      const path = `${isList ? '' : '/rules'}/${rule}/decision/candidate_workers_ranked/${index}`;
      const message = `Any authority may enrol a worker of ${worker_species_id} and be sent these requests. Name those that may serve, as in "authorities": ["org.acme"], or set trusted_authorities in the Hall's configuration.`;
      return [{ level: 'warning', code: 'CANDIDATE_OPEN_TO_ANY_AUTHORITY', path, message }];
    }),
  );
}
