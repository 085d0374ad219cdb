import type { WorkerLimits } from '../admission/admission-scheduler.ts';
import { resilientDelivery } from '../admission/resilient-delivery.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { type ConnectionSources, recordConnections } from '../delivery/record-connections.ts';
import type { Registry } from '../registry/registry.ts';
import type { HallWorker } from './hall-options.ts';

/** What workers are connected with. */
interface ConnectedWorkersSources extends ConnectionSources {
  readonly registry: Registry;
}

/** The workers that a Hall reaches: those that it was created with, and those that its program connects later. */
export class ConnectedWorkers {
  /** By worker id. */
  readonly deliveries: Map<string, Delivery> = new Map();
  readonly limits: Map<string, WorkerLimits | undefined> = new Map();
  readonly #sources: ConnectedWorkersSources;

  constructor(sources: ConnectedWorkersSources) {
    this.#sources = sources;
  }

  /**
   * Reaches a worker from now on, in the place of an earlier delivery to it; nothing is enrolled. What is enrolled
   * says whether a call may be repeated, not what the delivery says of itself.
   *
   * @returns the delivery that was replaced, which nobody closes; null where there was none
   */
  connect({ delivery, limits }: HallWorker): Delivery | null {
    const { record } = delivery;
    const { worker_id } = record;
    const { registry } = this.#sources;
    const replaced = this.deliveries.get(worker_id) ?? null;
    const resilient = resilientDelivery(delivery, limits, () => registry.get(worker_id)?.record ?? record);
    recordConnections(resilient, this.#sources);
    this.limits.set(worker_id, limits);
    this.deliveries.set(worker_id, resilient);
    return replaced;
  }

  /** Reaches a worker no more. Nobody closes its delivery. */
  disconnect(worker_id: string): void {
    this.limits.delete(worker_id);
    this.deliveries.delete(worker_id);
  }
}
