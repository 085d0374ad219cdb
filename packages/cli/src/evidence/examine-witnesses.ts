import { type NotChecked, notChecked } from '@wcp/evidence/log';
import { verifyWitnessed } from '@wcp/evidence/witness';
import type { LoadedEvidence } from './evidence-files.ts';
import type { PartFinding } from './examine-part.ts';

/** What others than the Hall say of its log. */
export interface OthersReport {
  readonly findings: readonly PartFinding[];
  readonly not_checked: readonly NotChecked[];
}

/** How far the log is witnessed. */
export interface WitnessReport extends OthersReport {
  /** The size of the largest witnessed checkpoint; null where there is none, or nobody asked. */
  readonly witnessed_size: number | null;
}

/**
 * Counts the cosignatures on the checkpoints by the policy of the user. The end of the log must be covered, unless the
 * user accepts that receipts missing from the end cannot be detected.
 *
 * @param report the checkpoints that are not this log's, by their indexes, and how many receipts there are
 */
export function examineWitnesses(
  evidence: LoadedEvidence,
  { refuted, size: end }: { readonly refuted: ReadonlySet<number>; readonly size: number },
): WitnessReport {
  const { policy, checkpoints, proofs, isEndWaived } = evidence;
  if (policy === null) {
    return { findings: [], not_checked: [notChecked('WITNESSES_NOT_CHECKED')], witnessed_size: null };
  }
  const own = checkpoints.map((note, index) => (refuted.has(index) ? null : note));
  const size = isEndWaived ? {} : { size: proofs === null ? end : endOf(proofs) };
  const { findings, witnessed_size } = verifyWitnessed({ checkpoints: own, policy, ...size });
  return { findings, not_checked: [], witnessed_size };
}

/** The size that the last of some receipts needs. */
function endOf(proofs: readonly unknown[]): number {
  const positions = proofs.map((proof) => Number((Object(proof) as { position?: unknown }).position));
  return positions.reduce(
    (end, position) => (Number.isSafeInteger(position) ? Math.max(end, position + 1) : end),
    0,
  );
}
