import type { RegistryRecord, Sha256 } from '@wcp/spec';
import { endedBy } from '../delivery/call-end.ts';
import type {
  AttestationTrust,
  Containment,
  Delivered,
  Delivery,
  DeliveryCall,
  RemoteAttestation,
  WorkerConnection,
} from '../delivery/delivery.ts';
import { type DeliveryCode, mayHaveStarted } from '../delivery/delivery-code.ts';
import { type CallSign, Circuit, type CircuitLimits } from './circuit.ts';

/**
 * Codes that say nothing about the worker: the call could not have been made to any, or what was asked for has no answer
 * that passes. Whoever asks for that again and again must not take the worker from everybody else.
 */
const NOT_THE_WORKERS: ReadonlySet<string> = new Set<DeliveryCode>([
  'DELIVERY_CALL_INVALID',
  'DELIVERY_CALL_TOO_LARGE',
  'DELIVERY_CODE_CHANGED',
  'DELIVERY_CODE_UNKNOWN',
  'DELIVERY_NOT_CONTAINED',
  'DELIVERY_WITHDRAWN',
  'DELIVERY_CANCELLED',
  'DELIVERY_ANSWER_TOO_LARGE',
  'DELIVERY_NUMBER_NOT_EXACT',
  'DELIVERY_BUSY',
  'DELIVERY_NO_TIME',
  'DELIVERY_CLOSED',
]);

/** Milliseconds before each further attempt. */
const PAUSES_MS = [50, 250];

/**
 * A delivery that tries again where that does no harm, and leaves a worker alone that keeps failing. After
 * the cool-down one call finds out whether the worker has recovered.
 *
 * @param enrolled the record that says whether a call may be repeated (default: that of the delivery)
 */
export function resilientDelivery(
  delivery: Delivery,
  limits: CircuitLimits = {},
  enrolled: () => RegistryRecord = () => delivery.record,
): Delivery {
  return new ResilientDelivery(delivery, limits, enrolled);
}

class ResilientDelivery implements Delivery {
  readonly #delivery: Delivery;
  readonly #circuit: Circuit;
  readonly #enrolled: () => RegistryRecord;

  constructor(delivery: Delivery, limits: CircuitLimits, enrolled: () => RegistryRecord) {
    this.#delivery = delivery;
    this.#circuit = new Circuit(limits);
    this.#enrolled = enrolled;
  }

  get record(): RegistryRecord {
    return this.#delivery.record;
  }

  get dir(): string | undefined {
    return this.#delivery.dir;
  }

  /** The cool-down ends by time alone: a worker that is not available would never get the call that shows it. */
  isAvailable(): boolean {
    return this.#circuit.lets && (this.#delivery.isAvailable?.() ?? true);
  }

  restsFor(): number {
    return this.#circuit.restsFor;
  }

  containment(): Containment | null {
    return this.#delivery.containment?.() ?? null;
  }

  onConnection(tell: (connection: WorkerConnection) => void): void {
    this.#delivery.onConnection?.(tell);
  }

  async learnContainment(): Promise<void> {
    await this.#delivery.learnContainment?.();
  }

  attestation(): RemoteAttestation | null {
    return this.#delivery.attestation?.() ?? null;
  }

  observe(trust?: AttestationTrust): Promise<Sha256 | null> {
    return this.#delivery.observe(trust);
  }

  /** Once, and again where the enrolled record's `idempotency` allows and there is time. */
  async deliver(call: DeliveryCall): Promise<Delivered> {
    const began = performance.now();
    let delivered = await this.#deliverOnce(call, began);
    for (const [index, pause] of PAUSES_MS.entries()) {
      const isOver = performance.now() - began + pause >= call.timeout_ms || call.signal?.aborted === true;
      if (isOver || !this.#mayRepeat(delivered)) break;
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (!this.#circuit.lets) break;
      const permit = call.renew?.(index + 1) ?? call.permit;
      delivered = lastThatRan(delivered, await this.#deliverOnce({ ...call, permit }, began));
    }
    return { ...delivered, duration_ms: performance.now() - began };
  }

  close(): Promise<void> {
    return this.#delivery.close();
  }

  async #deliverOnce(call: DeliveryCall, began: number): Promise<Delivered> {
    const timeout_ms = call.timeout_ms - (performance.now() - began);
    if (timeout_ms <= 0) return endedBy('DELIVERY_NO_TIME', began);
    const leave = this.#circuit.enter();
    if (leave === null) return endedBy('DELIVERY_CIRCUIT_OPEN', began);
    let sign: CallSign = 'fails';
    try {
      const envelope = this.#enrolled().privilege_envelope ?? null;
      const delivered = await this.#delivery.deliver({ ...call, envelope, timeout_ms });
      sign = signOf(delivered.code);
      return delivered;
    } catch {
      return endedBy('DELIVERY_FAILED', began);
    } finally {
      leave(sign);
    }
  }

  /** What certainly never started may be tried again; what may have started only where twice does no harm. */
  #mayRepeat({ code, status, gone }: Delivered): boolean {
    if (status === 'timeout' || signOf(code) !== 'fails' || gone !== undefined) return false;
    return !mayHaveStarted(code) || this.#enrolled().idempotency === 'full';
  }
}

/** "Nothing ran" is not true of a call whose earlier attempt did run. */
function lastThatRan(earlier: Delivered, later: Delivered): Delivered {
  return mayHaveStarted(earlier.code) && !mayHaveStarted(later.code) ? earlier : later;
}

function signOf(code: string | null): CallSign {
  if (code === null) return 'works';
  return NOT_THE_WORKERS.has(code) ? 'nothing' : 'fails';
}
