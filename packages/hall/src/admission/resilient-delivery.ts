import type { RegistryRecord, Sha256 } from '@wcp/spec';
import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
} from 'cockatiel';
import { endedBy } from '../delivery/call-end.ts';
import type { Delivered, Delivery, DeliveryCall } from '../delivery/delivery.ts';
import { DELIVERY_CODES, type DeliveryCode } from '../delivery/delivery-code.ts';

/** When a worker that keeps failing is left alone. */
export interface CircuitLimits {
  /** Failures in a row after which it is left alone (default 5). */
  readonly failures?: number;
  /** Cool-down in milliseconds (default 10,000). */
  readonly cooldown_ms?: number;
}

/** Codes that say nothing about the worker: the call could not have been made to any. */
const NOT_THE_WORKERS: ReadonlySet<string> = new Set<DeliveryCode>([
  'DELIVERY_CALL_INVALID',
  'DELIVERY_CALL_TOO_LARGE',
  'DELIVERY_CODE_CHANGED',
  'DELIVERY_CODE_UNKNOWN',
  'DELIVERY_WITHDRAWN',
  'DELIVERY_CANCELLED',
  'DELIVERY_BUSY',
  'DELIVERY_NO_TIME',
  'DELIVERY_CLOSED',
]);

/** Milliseconds before each further attempt. */
const PAUSES_MS = [50, 250];

/**
 * A delivery that tries again where that does no harm, and leaves a worker alone that keeps failing. After
 * the cool-down one call finds out whether the worker has recovered.
 */
export function resilientDelivery(delivery: Delivery, limits: CircuitLimits = {}): Delivery {
  return new ResilientDelivery(delivery, limits);
}

class ResilientDelivery implements Delivery {
  readonly record: RegistryRecord;
  readonly #delivery: Delivery;
  readonly #cooldown_ms: number;
  readonly #breaker: CircuitBreakerPolicy;
  #openedAt = 0;

  constructor(delivery: Delivery, { failures = 5, cooldown_ms = 10_000 }: CircuitLimits) {
    this.record = delivery.record;
    this.#delivery = delivery;
    this.#cooldown_ms = cooldown_ms;
    this.#breaker = circuitBreaker(
      handleWhenResult((delivered) => isWorkersFailure((delivered as Delivered).code)),
      { halfOpenAfter: cooldown_ms, breaker: new ConsecutiveBreaker(failures) },
    );
    this.#breaker.onBreak(() => {
      this.#openedAt = Date.now();
    });
  }

  get dir(): string | undefined {
    return this.#delivery.dir;
  }

  /** The cool-down ends by time alone: a worker that is not available would never get the call that shows it. */
  isAvailable(): boolean {
    const { state } = this.#breaker;
    const isCool = state === CircuitState.Open && Date.now() - this.#openedAt >= this.#cooldown_ms;
    return (state === CircuitState.Closed || isCool) && (this.#delivery.isAvailable?.() ?? true);
  }

  observe(): Promise<Sha256 | null> {
    return this.#delivery.observe();
  }

  /** Once, and again where the record's `idempotency` allows and there is time. */
  async deliver(call: DeliveryCall): Promise<Delivered> {
    const began = performance.now();
    let delivered = await this.#deliverOnce(call, began);
    for (const [index, pause] of PAUSES_MS.entries()) {
      const isOver = performance.now() - began + pause >= call.timeout_ms || call.signal?.aborted === true;
      if (isOver || !this.#mayRepeat(delivered)) break;
      await new Promise((resolve) => setTimeout(resolve, pause));
      delivered = await this.#deliverOnce({ ...call, permit: call.renew?.(index + 1) ?? call.permit }, began);
    }
    return { ...delivered, duration_ms: performance.now() - began };
  }

  close(): Promise<void> {
    return this.#delivery.close();
  }

  async #deliverOnce(call: DeliveryCall, began: number): Promise<Delivered> {
    const timeout_ms = call.timeout_ms - (performance.now() - began);
    if (timeout_ms <= 0) return endedBy('DELIVERY_NO_TIME', began);
    // One call at a time finds out whether a worker has recovered; the others do not wait for its end.
    if (this.#breaker.state === CircuitState.HalfOpen) return endedBy('DELIVERY_CIRCUIT_OPEN', began);
    try {
      return await this.#breaker.execute(() => this.#delivery.deliver({ ...call, timeout_ms }));
    } catch {
      return endedBy('DELIVERY_CIRCUIT_OPEN', began);
    }
  }

  /** What certainly never started may be tried again; what may have started only where twice does no harm. */
  #mayRepeat({ code, status }: Delivered): boolean {
    if (status === 'timeout' || !isWorkersFailure(code)) return false;
    const { started } = DELIVERY_CODES[code as DeliveryCode];
    return !started || this.record.idempotency === 'full';
  }
}

function isWorkersFailure(code: string | null): boolean {
  return code !== null && !NOT_THE_WORKERS.has(code);
}
