import type { QosClass, RegistryRecord, Sha256 } from '@wcp/spec';
import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
} from 'cockatiel';
import PQueue from 'p-queue';
import type { Delivered, Delivery, DeliveryCall } from '../delivery/delivery.ts';
import { DELIVERY_CODES, type DeliveryCode } from '../delivery/delivery-code.ts';
import { FairQueue, priorityOf } from './fair-queue.ts';

/** How a worker is guarded. */
export interface WorkerLimits {
  /** Calls that it has at the same time; 8. */
  readonly concurrency?: number;
  /** Calls of one class that wait for it; 1,000. */
  readonly waiting?: number;
  /** After so many failures one after the other it is left alone; 5. */
  readonly failures?: number;
  /** For so long, in milliseconds; 10,000. */
  readonly cooldown_ms?: number;
}

/** Failures that are the worker's: those of a call that could not be made to any worker say nothing of it. */
const NOT_THE_WORKERS: ReadonlySet<DeliveryCode> = new Set<DeliveryCode>([
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

/** Before each further attempt, so many milliseconds. */
const PAUSES_MS = [50, 250];

/**
 * A way to a worker that keeps order: urgent calls first, no more at a time than the worker can take, again
 * only where that does no harm, and not at all while it keeps failing.
 */
export function resilientDelivery(delivery: Delivery, limits: WorkerLimits = {}): Delivery {
  return new ResilientDelivery(delivery, limits);
}

class ResilientDelivery implements Delivery {
  readonly record: RegistryRecord;
  readonly #delivery: Delivery;
  readonly #waiting: number;
  readonly #line: PQueue<FairQueue>;
  readonly #breaker: CircuitBreakerPolicy;

  constructor(
    delivery: Delivery,
    { concurrency = 8, waiting = 1_000, failures = 5, cooldown_ms = 10_000 }: WorkerLimits,
  ) {
    this.record = delivery.record;
    this.#delivery = delivery;
    this.#waiting = waiting;
    this.#line = new PQueue({ concurrency, queueClass: FairQueue });
    this.#breaker = circuitBreaker(
      handleWhenResult((delivered) => isWorkersFailure(delivered as Delivered)),
      { halfOpenAfter: cooldown_ms, breaker: new ConsecutiveBreaker(failures) },
    );
  }

  get dir(): string | undefined {
    return this.#delivery.dir;
  }

  isAvailable(): boolean {
    return this.#breaker.state !== CircuitState.Open && (this.#delivery.isAvailable?.() ?? true);
  }

  observe(): Promise<Sha256 | null> {
    return this.#delivery.observe();
  }

  async deliver(call: DeliveryCall): Promise<Delivered> {
    const began = performance.now();
    const priority = priorityOf(call.context.qos_class as QosClass);
    if (this.#line.sizeBy({ priority }) >= this.#waiting || this.#waitsForItself(call)) {
      return ended('DELIVERY_BUSY', began);
    }
    const withdrawn = AbortSignal.any([
      AbortSignal.timeout(call.timeout_ms),
      ...(call.signal ? [call.signal] : []),
    ]);
    let isStarted = false;
    try {
      // Only waiting is ended by the signal: a call that the worker has is the transport's to end.
      return await this.#line.add(
        () => {
          isStarted = true;
          return this.#attempt(call, began);
        },
        { priority, signal: withdrawn },
      );
    } catch {
      if (isStarted) return ended('DELIVERY_FAILED', began);
      return ended(call.signal?.aborted === true ? 'DELIVERY_WITHDRAWN' : 'DELIVERY_NO_TIME', began);
    }
  }

  async close(): Promise<void> {
    this.#line.clear();
    await this.#delivery.close();
  }

  /** A call whose own ancestor has a place here would wait for a place that is not given back before it ends. */
  #waitsForItself({ ancestors = [] }: DeliveryCall): boolean {
    return this.#line.pending >= this.#line.concurrency && ancestors.includes(this.record.worker_id);
  }

  /** Once, and again where the record's `idempotency` allows and there is time. */
  async #attempt(call: DeliveryCall, began: number): Promise<Delivered> {
    let delivered = await this.#deliverOnce(call, began);
    for (const [index, pause] of PAUSES_MS.entries()) {
      const isOver = performance.now() - began + pause >= call.timeout_ms || call.signal?.aborted === true;
      if (isOver || !this.#mayRepeat(delivered)) break;
      await new Promise((resolve) => setTimeout(resolve, pause));
      delivered = await this.#deliverOnce({ ...call, permit: call.renew?.(index + 1) ?? call.permit }, began);
    }
    return { ...delivered, duration_ms: performance.now() - began };
  }

  async #deliverOnce(call: DeliveryCall, began: number): Promise<Delivered> {
    const timeout_ms = call.timeout_ms - (performance.now() - began);
    if (timeout_ms <= 0) return ended('DELIVERY_NO_TIME', began);
    try {
      return (await this.#breaker.execute(() =>
        this.#delivery.deliver({ ...call, timeout_ms }),
      )) as Delivered;
    } catch {
      return ended('DELIVERY_CIRCUIT_OPEN', began);
    }
  }

  /** What certainly never started may be tried again; what may have started only where twice does no harm. */
  #mayRepeat({ code, status }: Delivered): boolean {
    if (code === null || status === 'timeout' || !isWorkersFailure({ code })) return false;
    const { started } = DELIVERY_CODES[code as DeliveryCode];
    return !started || this.record.idempotency === 'full';
  }
}

function isWorkersFailure({ code }: Pick<Delivered, 'code'>): boolean {
  return code !== null && !NOT_THE_WORKERS.has(code as DeliveryCode);
}

function ended(code: DeliveryCode, began: number): Delivered {
  const { status } = DELIVERY_CODES[code];
  return { status, result: null, code, duration_ms: performance.now() - began };
}
