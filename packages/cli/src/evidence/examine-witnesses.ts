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
 * @param report the checkpoints that are not this log's, by their indexes, and the size of the log that the last receipt needs
 */
export function examineWitnesses(
  evidence: LoadedEvidence,
  { refuted, end }: { readonly refuted: ReadonlySet<number>; readonly end: number },
): WitnessReport {
  const { policy, checkpoints, isEndWaived } = evidence;
  if (policy === null) {
    return { findings: [], not_checked: [notChecked('WITNESSES_NOT_CHECKED')], witnessed_size: null };
  }
  const own = checkpoints.map((note, index) => (refuted.has(index) ? null : note));
  const size = isEndWaived ? {} : { size: end };
  const { findings, witnessed_size } = verifyWitnessed({ checkpoints: own, policy, ...size });
  return { findings, not_checked: [], witnessed_size };
}
