import type { SigningKey } from '@wcp/evidence';
import type { MerkleFrontier } from '@wcp/evidence/log';
import { type ReceiptDraft, signReceipt } from '@wcp/evidence/receipt';
import type { Change, EventRow, HeadRow } from '../store/store.ts';
import type { Appended } from './entry.ts';
import { nodeChanges } from './log-tree.ts';
import type { Prepared } from './prepare.ts';

/** Entries that are committed together: gives each its place, and collects what is to be written. */
export class Batch {
  /** The last receipt of each stream that the batch may add to. */
  readonly heads: Map<string, HeadRow>;
  readonly frontier: MerkleFrontier;
  nextEvent: number;
  readonly #key: SigningKey;
  readonly #changes: Change[] = [];

  /** @param frontier a fork: it grows with the batch */
  constructor(key: SigningKey, heads: Map<string, HeadRow>, frontier: MerkleFrontier, nextEvent: number) {
    this.#key = key;
    this.heads = heads;
    this.frontier = frontier;
    this.nextEvent = nextEvent;
  }

  add({ draft, decision, events, changes }: Prepared): Appended {
    const sealed = draft === null ? null : this.#seal(draft);
    const position = sealed?.position ?? null;
    const eventId = events === null || events.list?.length === 0 ? null : this.#addEvents(events, position);
    if (decision !== null && position !== null) {
      this.#changes.push({ put: 'decisions', row: { position, ...decision, events: eventId } });
    }
    this.#changes.push(...changes);
    return { position, receipt: sealed?.text ?? null, events: eventId };
  }

  /** Everything to be written, the heads of the streams once each. */
  changes(): Change[] {
    return [...this.#changes, ...[...this.heads.values()].map((row): Change => ({ put: 'heads', row }))];
  }

  #seal(draft: ReceiptDraft): { readonly position: number; readonly text: string } {
    const head = this.heads.get(draft.stream);
    const place = { seq: (head?.seq ?? -1) + 1, prev_receipt_hash: head?.receipt_hash ?? null };
    const { receipt, leaf: text } = signReceipt({ ...draft, ...place }, this.#key);
    const position = this.frontier.size;
    const completed = this.frontier.append(text);
    const { stream, seq, receipt_hash, kind, decision_id, correlation_id } = receipt;
    const leaf = (completed[0] as { hash: Uint8Array }).hash;
    this.heads.set(stream, { stream, seq, receipt_hash });
    const row = { position, stream, seq, kind, decision_id, correlation_id, leaf, receipt: text };
    this.#changes.push({ put: 'receipts', row }, ...nodeChanges(completed));
    return { position, text };
  }

  #addEvents({ tenant_id, list }: NonNullable<Prepared['events']>, position: number | null): number {
    const events = list === null ? null : JSON.stringify(list);
    const row: EventRow = { id: this.nextEvent, tenant_id, position, events };
    this.nextEvent += 1;
    this.#changes.push({ put: 'events', row });
    return row.id;
  }
}
