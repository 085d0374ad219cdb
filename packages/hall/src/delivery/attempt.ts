import type { CallEnd } from './call-end.ts';
import type { DeliveryCall } from './delivery.ts';
import type { DeliveryCode } from './delivery-code.ts';

/** The transport that has the call. */
export interface CallHolder {
  /** Asks it to stop; it may still answer. */
  cancel(): void;
  /** Ends it: its answer no longer counts. */
  stop(): void;
  /** How long it may take to answer after it was asked to stop, in milliseconds. */
  readonly grace_ms: number;
}

const MAX_TIMER = 2 ** 31 - 1;

/**
 * One attempt at a call. It ends once: with an answer, by its time limit, by its signal or because the Hall
 * closes, whichever comes first; what comes later is ignored.
 */
export class Attempt {
  readonly ended: Promise<CallEnd>;
  readonly #signal: AbortSignal | undefined;
  #resolve: ((ending: CallEnd) => void) | null = null;
  #holder: CallHolder | null = null;
  #timers: NodeJS.Timeout[] = [];

  constructor({ timeout_ms, signal }: Pick<DeliveryCall, 'timeout_ms' | 'signal'>) {
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#signal = signal;
    // What is not a number of milliseconds is no time at all.
    const limit = Math.min(Math.max(0, Number(timeout_ms) || 0), MAX_TIMER);
    if (limit === 0) this.settle({ code: 'DELIVERY_NO_TIME' });
    this.#later(limit, () => this.#end('DELIVERY_NO_TIME', 'DELIVERY_TIMEOUT'));
    if (this.isOver) return;
    signal?.addEventListener('abort', this.#abort);
    if (signal?.aborted) this.#abort();
  }

  /** Whether it has ended. */
  get isOver(): boolean {
    return this.#resolve === null;
  }

  /** Whether a worker has or had the call. */
  get isHandedOver(): boolean {
    return this.#holder !== null;
  }

  /** Hands the call over. False where it has ended: then it must not be sent. */
  handOver(holder: CallHolder): boolean {
    if (this.isOver) return false;
    this.#holder = holder;
    return true;
  }

  /** Ends it; true where this was what ended it. */
  settle(ending: CallEnd): boolean {
    if (this.#resolve === null) return false;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#resolve(ending);
    this.#resolve = null;
    return true;
  }

  /** The worker was lost, and the call with it; where it was asked to stop, that is the reason. */
  lose(code: DeliveryCode): void {
    this.settle({ code: this.#signal?.aborted ? 'DELIVERY_CANCELLED' : code });
  }

  /** Ends it because the Hall closes. */
  close(): void {
    this.#end('DELIVERY_CLOSED', 'DELIVERY_INTERRUPTED');
  }

  readonly #abort = (): void => {
    if (this.#holder === null) {
      this.settle({ code: 'DELIVERY_WITHDRAWN' });
      return;
    }
    this.#holder.cancel();
    this.#later(this.#holder.grace_ms, () => this.#end('DELIVERY_WITHDRAWN', 'DELIVERY_CANCELLED'));
  };

  #end(before: 'DELIVERY_NO_TIME' | 'DELIVERY_WITHDRAWN' | 'DELIVERY_CLOSED', after: HandedOverCode): void {
    const holder = this.#holder;
    if (this.settle({ code: holder === null ? before : after })) holder?.stop();
  }

  #later(milliseconds: number, act: () => void): void {
    if (!this.isOver) this.#timers.push(setTimeout(act, milliseconds));
  }
}

type HandedOverCode = 'DELIVERY_TIMEOUT' | 'DELIVERY_CANCELLED' | 'DELIVERY_INTERRUPTED';
