import type { PlacedReceipt } from '@wcp/spec/hall';

/** Finds the receipts of decisions in one pass over the log, in step with the decisions. */
export class ReceiptDigests {
  readonly #receipts: AsyncIterator<PlacedReceipt>;
  #next: IteratorResult<PlacedReceipt> | null = null;

  /** @param receipts in the order of the log */
  constructor(receipts: AsyncIterable<PlacedReceipt>) {
    this.#receipts = receipts[Symbol.asyncIterator]();
  }

  /**
   * The digest in the receipt of the decision at a position, which must be beyond all earlier ones;
   * undefined if the receipt at that position does not belong to the decision.
   */
  async at(position: number, decisionId: string | null): Promise<string | null | undefined> {
    let next = this.#next ?? (await this.#receipts.next());
    while (!next.done && next.value.position < position) next = await this.#receipts.next();
    this.#next = next;
    if (next.done || next.value.position !== position) return undefined;
    const { kind, decision_id, decision_digest } = next.value.receipt;
    return kind === 'decision' && decision_id === decisionId ? decision_digest : undefined;
  }
}
