import { ProblemError } from '../base/problem.ts';
import { textOrEmpty } from '../base/received-request.ts';
import { endedBy } from '../delivery/call-end.ts';
import type { Delivered, Delivery, DeliveryCall } from '../delivery/delivery.ts';
import type { DeliveryCode } from '../delivery/delivery-code.ts';
import type { CircuitLimits } from './circuit.ts';
import { Lane, type LaneLimits } from './lane.ts';
import { PriorityGate } from './priority-gate.ts';

/** How many dispatches of one tenant run at a time, and how many wait. */
export interface TenantLimits {
  /** Dispatches that run at a time (default 64). */
  readonly concurrency?: number;
  /** Dispatches of one class that wait (default 1,000). */
  readonly waiting?: number;
  /** Requests on hold for a human (default 100). */
  readonly holds?: number;
}

/** What is expected of a worker, and when it is left alone. */
export interface WorkerLimits extends CircuitLimits {
  /** Calls that it has at a time (default 8). */
  readonly concurrency?: number;
  /** Calls of one class that wait for it (default 1,000). */
  readonly waiting?: number;
}

/** The limits of a Hall. */
export interface AdmissionLimits {
  readonly tenants?: TenantLimits | undefined;
  /** By worker id; a worker without limits has the defaults. */
  readonly workers?: ReadonlyMap<string, WorkerLimits | undefined>;
}

/** A dispatch that asks to begin. */
export interface AdmissionRequest {
  /** An attacker's. */
  readonly tenant_id: unknown;
  /** The one that it is served in, which the floor of its tenant may have lowered; what is no class is served last. */
  readonly qos_class: unknown;
  /** Withdraws the dispatch while it waits. */
  readonly signal?: AbortSignal | undefined;
}

const TENANT_DEFAULTS: LaneLimits = { concurrency: 64, waiting: 1_000 };
const WORKER_DEFAULTS: LaneLimits = { concurrency: 8, waiting: 1_000 };
/** Lanes that nobody uses are kept up to this number, so that a tenant's next dispatch finds its own. */
const MAX_IDLE_LANES = 10_000;

/**
 * Decides who begins, and when: each tenant within its own limits, higher classes first, and no more calls at
 * a time than a worker takes. Everything that waits in a Hall waits here.
 */
export class AdmissionScheduler {
  readonly #limits: AdmissionLimits;
  readonly #priorityGate = new PriorityGate();
  readonly #tenants = new Map<string, Lane>();
  readonly #workers = new Map<string, Lane>();
  #isClosed = false;

  constructor(limits: AdmissionLimits = {}) {
    this.#limits = limits;
  }

  /**
   * Runs a dispatch when it is its tenant's turn and nothing more urgent holds it back.
   *
   * @throws {ProblemError} `RATE_LIMITED` where too many of its class wait; the signal's reason where it is
   * withdrawn before it began
   */
  async run<R>(request: AdmissionRequest, dispatch: () => Promise<R>): Promise<R> {
    const { qos_class, signal } = request;
    const tenant = textOrEmpty(request.tenant_id);
    const lane = this.#tenantLane(tenant);
    if (lane.isFull(qos_class)) throw tooMany();
    const begin = () => {
      signal?.throwIfAborted();
      return dispatch();
    };
    try {
      return await lane.run(qos_class, () => this.#priorityGate.enter(qos_class, begin), signal);
    } finally {
      if (lane.isIdle && this.#tenants.size > MAX_IDLE_LANES) this.#tenants.delete(tenant);
    }
  }

  /** Gives a call to its worker as soon as that has room. Never rejects, and is settled by the time limit. */
  async deliver(delivery: Delivery, call: DeliveryCall): Promise<Delivered> {
    const began = performance.now();
    const { qos_class } = call.context;
    const lane = this.#workerLane(delivery.record.worker_id);
    if (!lane.isBusy) return inPlace(lane, call, () => attempt(delivery, call, began));
    if (lane.isFull(qos_class) || waitsForItself(delivery, call)) return endedBy('DELIVERY_BUSY', began);
    const time = AbortSignal.timeout(call.timeout_ms);
    const signal = call.signal === undefined ? time : AbortSignal.any([time, call.signal]);
    try {
      return await inPlace(lane, call, () => attemptLater(delivery, call, began), signal);
    } catch {
      return endedBy(this.#whyNotBegun(call), began);
    }
  }

  /** Ends every call that waits for a worker; calls that have begun are for the deliveries to end. */
  close(): void {
    this.#isClosed = true;
    for (const lane of this.#workers.values()) lane.clear();
  }

  #whyNotBegun({ signal }: DeliveryCall): DeliveryCode {
    if (signal?.aborted === true) return 'DELIVERY_WITHDRAWN';
    return this.#isClosed ? 'DELIVERY_CLOSED' : 'DELIVERY_NO_TIME';
  }

  #tenantLane(tenant: string): Lane {
    return laneOf(this.#tenants, tenant, TENANT_DEFAULTS, this.#limits.tenants);
  }

  #workerLane(worker: string): Lane {
    return laneOf(this.#workers, worker, WORKER_DEFAULTS, this.#limits.workers?.get(worker));
  }
}

function laneOf(
  lanes: Map<string, Lane>,
  name: string,
  defaults: LaneLimits,
  limits: Partial<LaneLimits> = {},
): Lane {
  const known = lanes.get(name);
  if (known !== undefined) return known;
  const { concurrency = defaults.concurrency, waiting = defaults.waiting } = limits;
  const lane = new Lane({ concurrency, waiting });
  lanes.set(name, lane);
  return lane;
}

function tooMany(): ProblemError {
  return new ProblemError(
    'RATE_LIMITED',
    'Too many of your dispatches wait already. Wait for some of them to end.',
  );
}

/** A call whose own ancestor runs on this worker would wait for a place that only its own end sets free. */
function waitsForItself({ record }: Delivery, { ancestors = [] }: DeliveryCall): boolean {
  return ancestors.includes(record.worker_id);
}

/** Resolves with the end of a call; its place is free once nothing of it runs any more. */
function inPlace(
  lane: Lane,
  { context }: DeliveryCall,
  deliver: () => Promise<Delivered>,
  signal?: AbortSignal,
): Promise<Delivered> {
  return new Promise((resolve, reject) => {
    const hold = async () => {
      const delivered = await deliver();
      if (delivered.gone === undefined) return delivered;
      resolve(delivered);
      await delivered.gone;
      return delivered;
    };
    lane.run(context.qos_class, hold, signal).then(resolve, reject);
  });
}

/** The transport alone says how a call that it was given ended. */
async function attempt(delivery: Delivery, call: DeliveryCall, began: number): Promise<Delivered> {
  try {
    return await delivery.deliver(call);
  } catch {
    return endedBy('DELIVERY_FAILED', began);
  }
}

/** What waited has the rest of its time. */
async function attemptLater(delivery: Delivery, call: DeliveryCall, began: number): Promise<Delivered> {
  const timeout_ms = call.timeout_ms - (performance.now() - began);
  if (timeout_ms <= 0) return endedBy('DELIVERY_NO_TIME', began);
  const delivered = await attempt(delivery, { ...call, timeout_ms }, began);
  return { ...delivered, duration_ms: performance.now() - began };
}
