import { type HallClient, HallProblemError } from '@wcp/client';
import { LOG_STREAM } from '@wcp/evidence/receipt';
import type { Receipt } from '@wcp/spec';
import type { DecisionRecord } from '@wcp/spec/hall';
import { DecisionReceipts } from './decision-receipts.ts';
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

  /** Decisions that are made meanwhile may have their receipts read first: only a gap between two shows that one is lost. */
  async *records({ since, withReceipts, lost }: ReplayWindow): AsyncGenerator<ReplayRecord> {
    const cursor = since === null ? undefined : await this.#cursorBefore(since);
    const placed = () => this.#client.items('listReceipts', { cursor });
    const receipts = withReceipts ? new DecisionReceipts(placed(), since === null ? lost : undefined) : null;
    for await (const record of this.#decisions(cursor)) {
      if (!isSince(record.decision, since)) continue;
      yield { ...record, receipt: await receipts?.at(record.position, record.decision.decision_id) };
    }
  }

  async erasures(): Promise<readonly Receipt[]> {
    const found: Receipt[] = [];
    for await (const { receipt } of this.#client.items('listReceipts', { stream: LOG_STREAM })) {
      if (receipt.erasure !== undefined) found.push(receipt);
    }
    return found;
  }

  async world(digest: string): Promise<StoredWorld | null> {
    try {
      return await this.#client.showWorld({ digest });
    } catch (error) {
      if (error instanceof HallProblemError && error.code === 'NOT_FOUND') return null;
      throw error;
    }
  }

  async inForce(): Promise<StoredWorld | null> {
    const { digest } = (await this.#client.showHealth()).world;
    return digest === null ? null : this.world(digest);
  }

  #decisions(cursor: string | undefined): AsyncGenerator<DecisionRecord> {
    return this.#client.items('listDecisions', { limit: PAGE, cursor });
  }

  /** A position in the log before the first decision of a time, found by binary search. */
  async #cursorBefore(since: string): Promise<string | undefined> {
    const { size } = await this.#client.showLog();
    let [before, after] = [-1, size];
    while (after - before > OVERLAP) {
      const middle = Math.floor((before + after) / 2);
      if (await this.#isSinceAfter(middle, since)) after = middle;
      else before = middle;
    }
    return before < OVERLAP ? undefined : String(before - OVERLAP);
  }

  async #isSinceAfter(cursor: number, since: string): Promise<boolean> {
    const { items } = await this.#client.listDecisions({ cursor: String(cursor), limit: 1 });
    return items[0] === undefined || isSince(items[0].decision, since);
  }
}
