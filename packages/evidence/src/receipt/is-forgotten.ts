import type { Receipt } from '@wcp/spec';

/** A receipt of a decision, and where it stands in its log. */
export interface PlacedDecision {
  readonly position: number;
  readonly receipt: Pick<Receipt, 'stream' | 'decision_id' | 'dispatched_at'>;
}

/**
 * Whether one of the receipts of what was forgotten is about a decision (section 8.9): its request need not be held. The
 * label of a decision stands in no receipt, so that one about a label is taken to be about every decision of its time.
 *
 * @param erasures verified receipts; those of other kinds are about nothing
 * @example
 * ```ts
 * import type { Receipt } from '@wcp/spec';
 * import { isForgotten } from '@wcp/evidence/receipt';
 *
 * declare const log: readonly Receipt[];
 * const erasures = log.filter(({ kind }) => kind === 'erasure');
 * console.log(log.filter((receipt, position) => isForgotten({ position, receipt }, erasures)).length);
 * ```
 */
export function isForgotten(
  { position, receipt }: PlacedDecision,
  erasures: readonly Pick<Receipt, 'erasure'>[],
): boolean {
  return erasures.some(({ erasure }) => {
    if (erasure === undefined || position >= erasure.below) return false;
    const { tenant_id, decision_id, before } = erasure;
    return (
      (tenant_id === null || tenant_id === receipt.stream) &&
      (decision_id === null || decision_id === receipt.decision_id) &&
      (before === null || Date.parse(receipt.dispatched_at ?? '') < Date.parse(before))
    );
  });
}
