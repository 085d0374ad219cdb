import type { Receipt } from '@wcp/spec';
import type { PlacedReceipt } from '@wcp/spec/hall';

/** Finds the receipts of decisions in one pass over the log, in step with the decisions. */
export class DecisionReceipts {
  readonly #receipts: AsyncIterator<PlacedReceipt>;
  readonly #lost: (placed: PlacedReceipt) => void;
  #next: IteratorResult<PlacedReceipt> | null = null;

  /**
   * @param receipts in the order of the log
   * @param lost called for each receipt of a decision that nobody asked for
   */
  constructor(receipts: AsyncIterable<PlacedReceipt>, lost: (placed: PlacedReceipt) => void = () => {}) {
    this.#receipts = receipts[Symbol.asyncIterator]();
    this.#lost = lost;
  }

  /**
   * The receipt of the decision at a position, which must be beyond all earlier ones; undefined if the receipt at
   * that position does not belong to the decision.
   */
  async at(position: number, decisionId: string | null): Promise<Receipt | undefined> {
    let next = this.#next ?? (await this.#receipts.next());
    for (; !next.done && next.value.position < position; next = await this.#receipts.next()) {
      this.#skip(next.value);
    }
    this.#next = next;
    if (next.done || next.value.position !== position) return undefined;
    this.#next = await this.#receipts.next();
    const { receipt } = next.value;
    if (receipt.kind === 'decision' && receipt.decision_id === decisionId) return receipt;
    this.#skip(next.value);
    return undefined;
  }

  /** Lets go of the log, for a caller that reads no further. */
  async close(): Promise<void> {
    await this.#receipts.return?.();
  }

  /** Reads on to the end of the log. */
  async skipRest(): Promise<void> {
    let next = this.#next ?? (await this.#receipts.next());
    for (; !next.done; next = await this.#receipts.next()) this.#skip(next.value);
    this.#next = next;
  }

  #skip(placed: PlacedReceipt): void {
    if (placed.receipt.kind === 'decision') this.#lost(placed);
  }
}
