import type { ReceiptLink } from '../receipt/receipt-examiner.ts';

/** Remembers which receipt took each place of each stream. */
export class ForkFinder {
  readonly #taken = new Map<string, string | null>();

  isFork({ stream, seq, receipt_hash }: ReceiptLink): boolean {
    const place = `${seq} ${stream}`;
    const taken = this.#taken.get(place);
    const isFork = taken !== undefined && taken !== receipt_hash;
    // No receipt has the hash null: once a place is forked, every receipt that claims it is a fork.
    this.#taken.set(place, isFork ? null : receipt_hash);
    return isFork;
  }
}
