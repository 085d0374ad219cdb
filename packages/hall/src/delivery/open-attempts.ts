import { Attempt } from './attempt.ts';
import { endOf } from './call-end.ts';
import type { Delivered, DeliveryCall } from './delivery.ts';
import type { DeliveryCode } from './delivery-code.ts';

/** What a delivery says of its calls. */
interface OpenAttemptsOptions {
  /** The code of a call that ends because carrying it threw. */
  readonly failure: DeliveryCode;
  /** What held the worker to its envelope while it had the call; undefined where it never got it. */
  enforcementOf(attempt: Attempt): Delivered['enforcement'];
}

/** The calls that a delivery carries and has not answered yet. */
export class OpenAttempts {
  readonly #options: OpenAttemptsOptions;
  readonly #attempts = new Set<Attempt>();
  #isClosed = false;

  constructor(options: OpenAttemptsOptions) {
    this.#options = options;
  }

  /** Whether no further call may be handed over. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Carries a call, and says how it ended. Never rejects: what `carry` throws ends the call. */
  async carry(call: DeliveryCall, carry: (attempt: Attempt) => Promise<void>): Promise<Delivered> {
    const { failure } = this.#options;
    const began = performance.now();
    const attempt = new Attempt(call);
    this.#attempts.add(attempt);
    const carried = carry(attempt).catch(() => void attempt.settle({ code: failure }));
    const delivered = await endOf(attempt, carried, began);
    this.#attempts.delete(attempt);
    const enforcement = this.#options.enforcementOf(attempt);
    return enforcement === undefined ? delivered : { ...delivered, enforcement };
  }

  /** Ends every call, and each that comes later. */
  close(): void {
    this.#isClosed = true;
    for (const attempt of this.#attempts) attempt.close();
  }
}
