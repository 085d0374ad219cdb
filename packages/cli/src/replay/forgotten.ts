import type { Receipt } from '@wcp/spec';
import type { PlacedReceipt } from '@wcp/spec/hall';

/**
 * Whether one of the receipts of what was forgotten is about a decision (section 8.9): its request need not be held. The
 * label of a decision stands in no receipt, so that one about a label is taken to be about every decision of its time.
 */
export function isForgotten({ position, receipt }: PlacedReceipt, erasures: readonly Receipt[]): boolean {
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
