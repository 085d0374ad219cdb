import { normaliseHash, sha256, type WorkerFacts } from '@wcp/spec';
import { LRUCache } from 'lru-cache';
import type { Delivery } from '../delivery/delivery.ts';
import { type EnrolledWorker, isOut } from '../registry/enrolled-worker.ts';
import type { Registry } from '../registry/registry.ts';

/** Facts that many decisions share: what the workers of one capability were seen to be. */
export interface Observation {
  readonly digest: string;
  /** The JSON of `facts`. */
  readonly text: string;
  readonly facts: {
    readonly workers: Readonly<Record<string, WorkerFacts>>;
    readonly banned_hashes: readonly string[];
  };
}

/** What is seen of a worker's package beside its hash. */
export interface PackageSight {
  /** Whether its manifest is signed by its authority. */
  isSigned(worker: EnrolledWorker): Promise<boolean>;
}

interface Remembered {
  readonly observation: Observation;
  readonly seen_at: number;
}

/** How old a sight may be where nothing is executed, in milliseconds. */
const SIGHT_MS = 250;
const CAPABILITIES_AT_HAND = 1_000;

/** Looks at the workers, so that a decision knows what is there now and not what a record says. */
export class Observer {
  readonly #registry: Registry;
  readonly #deliveries: ReadonlyMap<string, Delivery>;
  readonly #banned: () => ReadonlySet<string>;
  readonly #remembered = new LRUCache<string, Remembered>({ max: CAPABILITIES_AT_HAND });

  constructor(
    registry: Registry,
    deliveries: ReadonlyMap<string, Delivery>,
    banned: () => ReadonlySet<string> = () => new Set(),
  ) {
    this.#registry = registry;
    this.#deliveries = deliveries;
    this.#banned = banned;
  }

  /** Forgets what was seen: after a change of the registry. */
  forget(): void {
    this.#remembered.clear();
  }

  /** For a decision that executes nothing: a moment old at the most. */
  glance(capabilityId: unknown): Observation | Promise<Observation> {
    const known = typeof capabilityId === 'string' ? this.#remembered.get(capabilityId) : undefined;
    if (known !== undefined && performance.now() - known.seen_at < SIGHT_MS) return known.observation;
    return this.look(capabilityId, false);
  }

  /**
   * For a dispatch: as it is now, and only what can be delivered is available.
   *
   * @param capabilityId what an attacker says it is
   */
  async look(capabilityId: unknown, mustDeliver: boolean): Promise<Observation> {
    if (typeof capabilityId !== 'string') return observationOf([], []);
    const workers = this.#registry.serving(capabilityId);
    const seen = await Promise.all(workers.map((worker) => this.#see(worker, mustDeliver)));
    const banned = this.#banned();
    const hashes = seen.flatMap(([worker, { current_hash }]) => [
      worker.record.attestation?.code_hash,
      current_hash,
    ]);
    const relevant = new Set(hashes.map(normaliseHash).filter((hash) => hash !== null && banned.has(hash)));
    const observation = observationOf(
      seen.map(([worker, facts]) => [worker.record.worker_id, facts]),
      [...relevant].sort() as string[],
    );
    if (!mustDeliver && workers.length > 0) {
      this.#remembered.set(capabilityId, { observation, seen_at: performance.now() });
    }
    return observation;
  }

  async #see(worker: EnrolledWorker, mustDeliver: boolean): Promise<[EnrolledWorker, WorkerFacts]> {
    const delivery = this.#deliveries.get(worker.record.worker_id);
    const isThere = delivery === undefined ? !mustDeliver : (delivery.isAvailable?.() ?? true);
    try {
      const current_hash = (await delivery?.observe()) ?? null;
      return [worker, { available: isThere && !isOut(worker), current_hash, signed: false }];
    } catch {
      // A package that can't be read can't be run.
      return [worker, { available: false, current_hash: null, signed: false }];
    }
  }
}

function observationOf(
  workers: readonly (readonly [string, WorkerFacts])[],
  banned: readonly string[],
): Observation {
  const facts = { workers: Object.fromEntries(workers), banned_hashes: banned };
  const text = JSON.stringify(facts);
  return { digest: sha256(text), text, facts };
}
