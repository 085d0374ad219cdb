import type { RegistryRecord, Sha256 } from '@wcp/spec';
import type { Attempt } from '../attempt.ts';
import { writeCall } from '../call-json.ts';
import type { ChainedCallRegistry } from '../chained-call-registry.ts';
import type { Containment, Delivered, Delivery, DeliveryCall } from '../delivery.ts';
import { DECLARED, DECLARED_ENFORCEMENT } from '../enforcement.ts';
import { OpenAttempts } from '../open-attempts.ts';
import { PROCESS_LIMITS } from '../process/process-limits.ts';
import type { CallBoard } from './call-board.ts';
import { PulledCall, type PulledWork } from './pulled-call.ts';

/** A worker that fetches its calls. */
export interface PullDeliveryOptions {
  readonly record: RegistryRecord;
  /** Where its calls wait: that of the Hall. */
  readonly board: CallBoard;
  /** Where the worker asks for chained dispatches with its permit; without it, it may not. */
  readonly chains?: ChainedCallRegistry;
  /** Milliseconds that it may take to answer a call that was cancelled (default 1,000). */
  readonly grace_ms?: number;
  /** The longest answer, in bytes (default 8 MiB). */
  readonly answer_bytes?: number;
}

/**
 * Delivers calls to a worker that fetches them (section 10): it claims a call, renews its claim while it works, and
 * completes it. Without anybody who asked for its calls lately, the worker is not available. A claim that is not
 * renewed is lost: the outcome is `unknown`, and the call is not given to anybody else. The Hall cannot see the code.
 *
 * @example
 * import { CallBoard, createHall, pullDelivery } from '@wcp/hall';
 * import type { RegistryRecord } from '@wcp/spec';
 *
 * declare const record: RegistryRecord;
 * const board = new CallBoard();
 * const hall = await createHall({ board, workers: [{ delivery: pullDelivery({ record, board }) }] });
 * await hall.close();
 */
export function pullDelivery(options: PullDeliveryOptions): Delivery {
  return new PullDelivery(options);
}

class PullDelivery implements Delivery {
  readonly #options: PullDeliveryOptions;
  readonly #leave: () => void;
  readonly #attempts = new OpenAttempts({
    failure: 'DELIVERY_FAILED',
    enforcementOf: ({ isHandedOver }) => (isHandedOver ? DECLARED_ENFORCEMENT : undefined),
  });

  constructor(options: PullDeliveryOptions) {
    this.#options = options;
    this.#leave = options.board.open(options.record.worker_id);
  }

  get record(): RegistryRecord {
    return this.#options.record;
  }

  isAvailable(): boolean {
    return this.#options.board.isPresent(this.record.worker_id);
  }

  containment(): Containment {
    return DECLARED;
  }

  async observe(): Promise<Sha256 | null> {
    return null;
  }

  deliver(call: DeliveryCall): Promise<Delivered> {
    return this.#attempts.carry(call, (attempt) => this.#carry(attempt, call));
  }

  async close(): Promise<void> {
    this.#leave();
    this.#attempts.close();
  }

  async #carry(attempt: Attempt, call: DeliveryCall): Promise<void> {
    const written = writeCall(call);
    if (this.#attempts.isClosed) attempt.close();
    else if ('code' in written) attempt.settle(written);
    if (attempt.isOver || 'code' in written) return;
    const { board, chains } = this.#options;
    const { permit, dispatch, context } = call;
    const closeChain = permit === null || dispatch === undefined ? undefined : chains?.open(permit, dispatch);
    const takeDown = board.offer(new PulledCall(attempt, this.#work(context, written.text)));
    await attempt.ended;
    takeDown();
    closeChain?.();
  }

  #work(context: DeliveryCall['context'], text: string): PulledWork {
    const { grace_ms = PROCESS_LIMITS.grace_ms, answer_bytes = PROCESS_LIMITS.answer_bytes } = this.#options;
    return { worker_id: this.record.worker_id, context, text, grace_ms, answer_bytes };
  }
}
