import { authorityOf, type RegistryRecord } from '@wcp/spec';
import type { ChainedCallRegistry } from '../delivery/chained-call-registry.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { CallBoard } from '../delivery/pull/call-board.ts';
import { pullDelivery } from '../delivery/pull/pull-delivery.ts';
import type { Registry } from '../registry/registry.ts';
import type { ConnectedWorkers } from './connected-workers.ts';

/** What the workers of such authorities are reached with. */
interface PullingAuthoritiesParts {
  readonly authorities: readonly string[];
  readonly registry: Registry;
  readonly connected: ConnectedWorkers;
  readonly board: CallBoard;
  readonly chains: ChainedCallRegistry;
}

/**
 * Authorities whose workers fetch their calls wherever nothing else is said of them: one that they enrol needs no
 * setting of its own. A worker that is reached in any other way stays as it is.
 */
export class PullingAuthorities {
  readonly #parts: PullingAuthoritiesParts;
  /** The deliveries made here, by worker id. */
  readonly #made = new Map<string, Delivery>();

  constructor(parts: PullingAuthoritiesParts) {
    this.#parts = parts;
    for (const { worker_id } of parts.registry.records()) this.follow(worker_id);
  }

  /** Reaches a worker that is enrolled, and no longer one that was removed. */
  follow(worker_id: string): void {
    const { authorities, registry, connected } = this.#parts;
    const enrolled = registry.get(worker_id);
    const isReached = connected.deliveries.has(worker_id);
    const authority = authorityOf(worker_id) ?? '';
    if (enrolled === null) this.#leave(worker_id);
    else if (!isReached && authorities.includes(authority)) this.#reach(enrolled.record);
  }

  #reach(first: RegistryRecord): void {
    const { registry, connected, board, chains } = this.#parts;
    const { worker_id } = first;
    const delivery = pullDelivery({
      // What is enrolled later is reached in the same way, and its calls are not lost for it.
      get record() {
        return registry.get(worker_id)?.record ?? first;
      },
      board,
      chains,
    });
    connected.connect({ delivery });
    this.#made.set(worker_id, connected.deliveries.get(worker_id) as Delivery);
  }

  #leave(worker_id: string): void {
    const { connected } = this.#parts;
    const made = this.#made.get(worker_id);
    if (made === undefined || connected.deliveries.get(worker_id) !== made) return;
    this.#made.delete(worker_id);
    connected.disconnect(worker_id);
    void made.close();
  }
}
