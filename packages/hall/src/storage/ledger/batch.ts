import type { Signer } from '@wcp/evidence/key';
import type { MerkleFrontier } from '@wcp/evidence/log';
import { type HashedReceipt, hashReceipt, type ReceiptDraft } from '@wcp/evidence/receipt';
import type { Change, EventRow, HeadRow } from '../store/store.ts';
import type { Appended } from './entry.ts';
import { nodeChanges } from './log-tree.ts';
import type { Prepared } from './prepare.ts';

/** A receipt that knows its place and waits for its signature. */
interface Placed {
  readonly draft: ReceiptDraft;
  readonly seq: number;
  readonly hashed: HashedReceipt;
}

/** Entries that are committed together: gives each its place, has them signed, and collects what is to be written. */
export class Batch {
  /** The last receipt of each stream that the batch may add to. */
  readonly heads: Map<string, HeadRow>;
  readonly frontier: MerkleFrontier;
  nextEvent: number;
  readonly #signer: Signer;
  /** The position of the first receipt. */
  readonly #first: number;
  readonly #placed: Placed[] = [];
  readonly #appended: Appended[] = [];
  readonly #changes: Change[] = [];

  /** @param frontier a fork: it grows with the batch */
  constructor(signer: Signer, heads: Map<string, HeadRow>, frontier: MerkleFrontier, nextEvent: number) {
    this.#signer = signer;
    this.heads = heads;
    this.frontier = frontier;
    this.#first = frontier.size;
    this.nextEvent = nextEvent;
  }

  add({ draft, decision, events, changes }: Prepared): void {
    const position = draft === null ? null : this.#place(draft);
    const eventId = events === null || events.list?.length === 0 ? null : this.#addEvents(events, position);
    if (decision !== null && position !== null) {
      this.#changes.push({ put: 'decisions', row: { position, ...decision, events: eventId }, isNew: true });
    }
    this.#changes.push(...changes);
    this.#appended.push({ position, receipt: null, events: eventId });
  }

  /**
   * Has the receipts signed, all at the same time, and adds them to the log.
   *
   * @throws {WcpError} `ERR_WCP_SIGNER` where one gets no signature
   */
  async signed(): Promise<Appended[]> {
    const signatures = this.#placed.map(({ hashed }) => this.#signer.sign(hashed.receipt_hash));
    // A key in this process answers at once: nothing is waited for then.
    const isPending = signatures.some((each) => each instanceof Promise);
    const bytes = (isPending ? await Promise.all(signatures) : signatures) as Uint8Array[];
    const texts = this.#placed.map((placed, index) => this.#append(placed, bytes[index] as Uint8Array));
    return this.#appended.map((each) => {
      const { position } = each;
      return position === null ? each : { ...each, receipt: texts[position - this.#first] as string };
    });
  }

  /** Everything to be written, the heads of the streams once each. */
  changes(): Change[] {
    return [...this.#changes, ...[...this.heads.values()].map((row): Change => ({ put: 'heads', row }))];
  }

  #place(draft: ReceiptDraft): number {
    const { stream } = draft;
    const head = this.heads.get(stream);
    const place = { seq: (head?.seq ?? -1) + 1, prev_receipt_hash: head?.receipt_hash ?? null };
    const hashed = hashReceipt({ ...draft, ...place }, this.#signer.keyId) as HashedReceipt;
    this.heads.set(stream, { stream, seq: place.seq, receipt_hash: hashed.receipt_hash });
    this.#placed.push({ draft, seq: place.seq, hashed });
    return this.#first + this.#placed.length - 1;
  }

  #append({ draft, seq, hashed }: Placed, signature: Uint8Array): string {
    const { leaf: text } = hashed.signed(signature);
    const position = this.frontier.size;
    const completed = this.frontier.append(text);
    const { stream, kind, decision_id, correlation_id } = draft;
    const leaf = (completed[0] as { hash: Uint8Array }).hash;
    const row = { position, stream, seq, kind, decision_id, correlation_id, leaf, receipt: text };
    this.#changes.push({ put: 'receipts', row, isNew: true }, ...nodeChanges(completed));
    return text;
  }

  #addEvents({ tenant_id, list }: NonNullable<Prepared['events']>, position: number | null): number {
    const events = list === null ? null : JSON.stringify(list);
    const row: EventRow = { id: this.nextEvent, tenant_id, position, events };
    this.nextEvent += 1;
    this.#changes.push({ put: 'events', row, isNew: true });
    return row.id;
  }
}
