import { normaliseHash, type Sha256, sha256, type WorkerFacts } from '@wcp/spec';
import { LRUCache } from 'lru-cache';
import type { BanState } from '../bans/ban-lists.ts';
import { toldHash } from '../bans/bans.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { type EnrolledWorker, isOut } from '../registry/enrolled-worker.ts';
import type { PackageSight } from '../registry/package-sight.ts';
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
  /** The code that was seen, by worker: what runs, also where a decision is told of none. */
  readonly code: Readonly<Record<string, Sha256 | null>>;
}

/** What an observer looks at. */
export interface ObserverSources {
  readonly registry: Registry;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly sight: PackageSight;
  /** What the ban lists say now; the same object while they say the same. */
  bans(): BanState;
}

interface Remembered {
  readonly observation: Observation;
  readonly bans: BanState;
  readonly seen_at: number;
}

/** How old a sight may be where nothing is executed, in milliseconds. */
const SIGHT_MS = 250;
const CAPABILITIES_AT_HAND = 1_000;

/** Looks at the workers, so that a decision knows what is there now and not what a record says. */
export class Observer {
  readonly #sources: ObserverSources;
  readonly #remembered = new LRUCache<string, Remembered>({ max: CAPABILITIES_AT_HAND });

  constructor(sources: ObserverSources) {
    this.#sources = sources;
  }

  /** Forgets what was seen: after a change of the registry. */
  forget(): void {
    this.#remembered.clear();
  }

  /** For a decision that executes nothing: a moment old at the most. */
  glance(capabilityId: unknown): Observation | Promise<Observation> {
    const known = typeof capabilityId === 'string' ? this.#remembered.get(capabilityId) : undefined;
    const isFresh = known !== undefined && performance.now() - known.seen_at < SIGHT_MS;
    return isFresh && known.bans === this.#sources.bans()
      ? known.observation
      : this.look(capabilityId, false);
  }

  /**
   * For a dispatch: as it is now, and only what can be delivered is available.
   *
   * @param capabilityId what an attacker says it is
   */
  async look(capabilityId: unknown, mustDeliver: boolean): Promise<Observation> {
    if (typeof capabilityId !== 'string') return observationOf([], NO_BANS);
    const workers = this.#sources.registry.serving(capabilityId);
    const seen = await Promise.all(workers.map((worker) => this.#see(worker, mustDeliver)));
    const bans = this.#sources.bans();
    const observation = observationOf(seen, bans);
    if (!mustDeliver && workers.length > 0) {
      this.#remembered.set(capabilityId, { observation, bans, seen_at: performance.now() });
    }
    return observation;
  }

  async #see(worker: EnrolledWorker, mustDeliver: boolean): Promise<Seen> {
    const { deliveries, sight } = this.#sources;
    const delivery = deliveries.get(worker.record.worker_id);
    const isThere = delivery === undefined ? !mustDeliver : (delivery.isAvailable?.() ?? true);
    try {
      const code = (await delivery?.observe()) ?? null;
      return {
        worker,
        available: isThere && !isOut(worker),
        code,
        signed: await sight.isSigned(worker, code),
      };
    } catch {
      // A package that can't be read can't be run.
      return { worker, available: false, code: null, signed: false };
    }
  }
}

/** What was seen of one worker. */
interface Seen {
  readonly worker: EnrolledWorker;
  readonly available: boolean;
  readonly code: Sha256 | null;
  readonly signed: boolean;
}

const NO_BANS: BanState = { banned: new Set(), isStale: false };

function observationOf(seen: readonly Seen[], bans: BanState): Observation {
  const facts = {
    workers: Object.fromEntries(seen.map((one) => [one.worker.record.worker_id, factsOf(one, bans)])),
    banned_hashes: bannedAmong(seen, bans),
  };
  const code = Object.fromEntries(seen.map((one) => [one.worker.record.worker_id, one.code]));
  const text = JSON.stringify(facts);
  return { digest: sha256(text), text, facts, code };
}

function factsOf({ available, code, signed }: Seen, bans: BanState): WorkerFacts {
  return { available, current_hash: toldHash(bans, code), signed };
}

/** Of what is banned, only what these workers have or claim: a list may be long. */
function bannedAmong(seen: readonly Seen[], { banned }: BanState): string[] {
  const hashes = seen.flatMap(({ worker, code }) => [worker.record.attestation?.code_hash, code]);
  const relevant = hashes.map(normaliseHash).filter((hash) => hash !== null && banned.has(hash));
  return [...new Set(relevant as string[])].sort();
}
