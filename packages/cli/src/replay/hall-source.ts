import { CliError } from '../base/cli-error.ts';
import type { HallClient, Page } from '../client/hall-client.ts';
import type { LogHead, PlacedReceipt, RecordedDecision } from '../client/wire.ts';
import { ReceiptDigests } from './receipt-digests.ts';
import {
  isSince,
  type RecordSource,
  type ReplayRecord,
  type ReplayWindow,
  type StoredWorld,
} from './record-source.ts';

const PAGE = 200;
/** Decisions made at about the same moment may not be in the order of their times. */
const OVERLAP = 500;

/** The decisions that a Hall recorded; the key must belong to an auditor or an admin. */
export class HallSource implements RecordSource {
  readonly #client: HallClient;

  constructor(client: HallClient) {
    this.#client = client;
  }

  async *records({ since, withReceipts }: ReplayWindow): AsyncGenerator<ReplayRecord> {
    const cursor = since === null ? undefined : await this.#cursorBefore(since);
    const receipts = withReceipts
      ? new ReceiptDigests(this.#client.items<PlacedReceipt>('wcp/receipts', { cursor }))
      : null;
    for await (const record of this.#decisions(cursor)) {
      if (!isSince(record.decision, since)) continue;
      yield { ...record, receipt_digest: await receipts?.at(record.position, record.decision.decision_id) };
    }
  }

  async world(digest: string): Promise<StoredWorld | null> {
    try {
      return await this.#client.get<StoredWorld>(`wcp/worlds/${encodeURIComponent(digest)}`);
    } catch (error) {
      if (error instanceof CliError && error.problems[0]?.code === 'NOT_FOUND') return null;
      throw error;
    }
  }

  #decisions(cursor: number | undefined): AsyncGenerator<RecordedDecision> {
    return this.#client.items<RecordedDecision>('wcp/decisions', { limit: PAGE, cursor });
  }

  /** A position in the log before the first decision of a time, found by binary search. */
  async #cursorBefore(since: string): Promise<number | undefined> {
    const { size } = await this.#client.get<LogHead>('wcp/log');
    let [before, after] = [-1, size];
    while (after - before > OVERLAP) {
      const middle = Math.floor((before + after) / 2);
      if (await this.#isSinceAfter(middle, since)) after = middle;
      else before = middle;
    }
    return before < OVERLAP ? undefined : before - OVERLAP;
  }

  async #isSinceAfter(cursor: number, since: string): Promise<boolean> {
    const { items } = await this.#client.get<Page<RecordedDecision>>('wcp/decisions', { cursor, limit: 1 });
    return items[0] === undefined || isSince(items[0].decision, since);
  }
}
