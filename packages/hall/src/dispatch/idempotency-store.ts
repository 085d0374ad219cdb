import { setTimeout as pause } from 'node:timers/promises';
import { type Receipt, type RouteDecision, sha256, type WorkerResult } from '@wcp/spec';
import type { HallClock } from '../base/hall-clock.ts';
import { payloadLost } from '../base/not-held.ts';
import { ProblemError } from '../base/problem.ts';
import { canonicalText, type ReceivedRequest } from '../base/received-request.ts';
import { deliveryMessage } from '../delivery/delivery-code.ts';
import { readDecisionRecord } from '../storage/decision-record.ts';
import type { OtherHalls } from '../storage/other-halls.ts';
import { gonePayload } from '../storage/payload/gone-payload.ts';
import { decisionReceiptOf } from '../storage/seal/row-there.ts';
import type { Change, Store } from '../storage/store/store.ts';
import type { DispatchAnswer } from './dispatch-answer.ts';

/** What is kept under a key: which request it was sent with, by its canonical JSON, and what was decided. */
interface KeptKey {
  readonly body_hash: string;
  readonly decision_id: string;
}

/** @param since the commit up to which it is known what other Halls did: the key was not used by then */
type Dispatch = (
  changes: (decision: RouteDecision) => readonly Change[],
  since: number,
) => Promise<DispatchAnswer>;

/** Milliseconds between two looks at what another Hall is still carrying out, and how long they go on. */
const LOOK_MS = 100;
const PATIENCE_MS = 60_000;

/**
 * Dispatches with an `Idempotency-Key`: the same request again gets the first answer again, also after a
 * restart and while the first is still running.
 */
export class IdempotencyStore {
  readonly #store: Store;
  readonly #clock: HallClock;
  readonly #others: Pick<OtherHalls, 'commit' | 'untilCurrent'>;
  readonly #running = new Map<
    string,
    { readonly bodyHash: string; readonly answer: Promise<DispatchAnswer> }
  >();

  constructor(store: Store, clock: HallClock, others: Pick<OtherHalls, 'commit' | 'untilCurrent'>) {
    this.#store = store;
    this.#clock = clock;
    this.#others = others;
  }

  /** @throws {ProblemError} `IDEMPOTENCY_MISMATCH` where the key was used for another request before */
  async once(
    tenantId: string,
    key: string,
    received: ReceivedRequest,
    dispatch: Dispatch,
  ): Promise<DispatchAnswer> {
    // A key is the caller's text, and stands in no row: its hash finds it as well.
    const id = sha256(`${tenantId} ${key}`);
    const bodyHash = sha256(canonicalText(received));
    const running = this.#running.get(id);
    if (running !== undefined) {
      checkBody(running.bodyHash, bodyHash);
      return running.answer;
    }
    const answer = this.#others.untilCurrent(() => this.#answer(tenantId, id, bodyHash, dispatch));
    this.#running.set(id, { bodyHash, answer });
    try {
      return await answer;
    } finally {
      this.#running.delete(id);
    }
  }

  async #answer(
    tenant_id: string,
    id: string,
    bodyHash: string,
    dispatch: Dispatch,
  ): Promise<DispatchAnswer> {
    const since = this.#others.commit;
    const row = await this.#store.get('idempotency', id);
    if (row !== null) {
      const document: string | null = row.document;
      if (document === null) throw payloadLost();
      const kept = JSON.parse(document) as KeptKey;
      checkBody(kept.body_hash, bodyHash);
      await this.#ended(kept.decision_id);
      return readAnswer(this.#store, kept.decision_id);
    }
    return dispatch(({ decision_id }) => {
      const at = this.#clock.timestamp();
      const document = JSON.stringify({ body_hash: bodyHash, decision_id } as KeptKey);
      // The day is the state: keys are pruned by the day.
      return [{ put: 'idempotency', row: { id, state: at.slice(0, 10), at, tenant_id, document } }];
    }, since);
  }

  /** Waits for what another Hall is still carrying out, but no longer than a Hall needs to be settled by others. */
  async #ended(decision_id: string): Promise<void> {
    for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
      if ((await this.#store.get('dispatches', decision_id)) === null) return;
      await pause(LOOK_MS);
    }
  }
}

function checkBody(known: string, given: string): void {
  if (known === given) return;
  throw new ProblemError('IDEMPOTENCY_MISMATCH', 'This Idempotency-Key was used for another request before.');
}

/** The answer to a dispatch, read from the evidence. */
async function readAnswer(store: Store, decisionId: string): Promise<DispatchAnswer> {
  const made = await decisionReceiptOf(store, decisionId);
  const record = await readDecisionRecord(store, made.position);
  if (record === null) throw await gonePayload(store, made);
  const { decision } = record;
  const [ended] = await store.list('receipts', { where: { decision_id: decisionId, kind: 'outcome' } });
  const kept = await store.get('results', decisionId);
  const { result = null, code = null } = JSON.parse(kept?.document ?? '{}') as {
    result?: WorkerResult | null;
    code?: string | null;
  };
  const outcome_receipt = ended === undefined ? null : (JSON.parse(ended.receipt) as Receipt);
  const delivery_message = deliveryMessage(code);
  return {
    decision,
    receipt: JSON.parse(made.receipt) as Receipt,
    outcome_receipt,
    result,
    delivery_code: code,
    delivery_message,
  };
}

/** Days after which an `Idempotency-Key` is forgotten, and with it the result that was kept for it. */
const KEPT_DAYS = 2;
/** Days that are looked back: what a Hall that was stopped for longer left behind stays. */
const PRUNED_DAYS = 30;
const DAY_MS = 86_400_000;
const PAGE = 500;

/** Forgets the keys of past days. What was decided stays in the evidence. */
export async function pruneIdempotency(
  store: Store,
  now: number,
  commit: (changes: readonly Change[]) => Promise<void>,
): Promise<void> {
  for (let back = KEPT_DAYS; back <= PRUNED_DAYS; back += 1) {
    const state = new Date(now - back * DAY_MS).toISOString().slice(0, 10);
    for (;;) {
      const rows = await store.list('idempotency', { where: { state }, limit: PAGE });
      if (rows.length === 0) break;
      await commit(rows.flatMap(({ id, document }) => removal(id, document)));
    }
  }
}

function removal(id: string, document: string): Change[] {
  const { decision_id } = JSON.parse(document) as { decision_id: string };
  return [
    { remove: 'idempotency', key: id },
    { remove: 'results', key: decision_id },
  ];
}
