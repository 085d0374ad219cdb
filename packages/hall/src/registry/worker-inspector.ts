import { type Sha256, sha256, type WorkerFacts } from '@wcp/spec';
import { normaliseHash } from '@wcp/spec/json';
import { boundedCache } from '../base/bounded-cache.ts';
import type { AttestationTrust, Delivery } from '../delivery/delivery.ts';
import type { BanState } from './ban-list/active-ban-lists.ts';
import { statedHash } from './ban-list/ban-lists.ts';
import { type EnrolledWorker, isOut } from './enrolled-worker.ts';
import type { ManifestVerifier } from './manifest-verifier.ts';
import type { Registry } from './registry.ts';

/** Facts that many decisions share: what the workers of one capability were seen to be. */
export interface Observation {
  readonly digest: string;
  /** The JSON of `facts`. */
  readonly text: string;
  readonly facts: {
    readonly workers: Readonly<Record<string, WorkerFacts>>;
    readonly banned_hashes: readonly string[];
  };
  /** The hash of the code that was seen, by worker: what runs, even where the facts do not state it. */
  readonly code: Readonly<Record<string, Sha256 | null>>;
}

/** What an inspector works with. */
export interface WorkerInspectorSources {
  readonly registry: Registry;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly manifests: ManifestVerifier;
  /** Whose word counts about the code of a worker elsewhere. */
  readonly trust: AttestationTrust;
  /** What the ban lists say now; the same object while they say the same. */
  banLists(): BanState;
}

interface Remembered {
  readonly observation: Observation;
  readonly banLists: BanState;
  readonly seen_at: number;
}

const CAPABILITY_CACHE_SIZE = 1_000;

/** How workers are inspected. */
export interface Inspection {
  /** How old an observation may be, in milliseconds (default 0: made now). */
  readonly maxAgeMs?: number;
  /** Whether only workers that a call can be delivered to are available. */
  readonly mustDeliver?: boolean;
}

/** Inspects the workers, so that a decision knows what is there now and not what a record says. */
export class WorkerInspector {
  readonly #sources: WorkerInspectorSources;
  readonly #remembered = boundedCache<string, Remembered>(CAPABILITY_CACHE_SIZE);

  constructor(sources: WorkerInspectorSources) {
    this.#sources = sources;
  }

  /** Forgets what was seen: after a change of the registry. */
  forget(): void {
    this.#remembered.clear();
  }

  /**
   * What is known of the workers of a capability.
   *
   * @param capabilityId an attacker's word for it
   */
  inspect(capabilityId: unknown, inspection: Inspection = {}): Observation | Promise<Observation> {
    const { maxAgeMs = 0, mustDeliver = false } = inspection;
    return this.#recent(capabilityId, maxAgeMs) ?? this.#inspectNow(capabilityId, mustDeliver);
  }

  /** An observation that is no older; null where there is none. */
  #recent(capabilityId: unknown, maxAgeMs: number): Observation | null {
    if (maxAgeMs === 0 || typeof capabilityId !== 'string') return null;
    const known = this.#remembered.get(capabilityId);
    const isRecent = known !== undefined && performance.now() - known.seen_at < maxAgeMs;
    return isRecent && known.banLists === this.#sources.banLists() ? known.observation : null;
  }

  async #inspectNow(capabilityId: unknown, mustDeliver: boolean): Promise<Observation> {
    if (typeof capabilityId !== 'string') return observationOf([], NO_BANS);
    const workers = this.#sources.registry.serving(capabilityId);
    const seen = await Promise.all(workers.map((worker) => this.#inspectWorker(worker, mustDeliver)));
    const banLists = this.#sources.banLists();
    const observation = observationOf(seen, banLists);
    if (!mustDeliver && workers.length > 0) {
      this.#remembered.set(capabilityId, { observation, banLists, seen_at: performance.now() });
    }
    return observation;
  }

  async #inspectWorker(worker: EnrolledWorker, mustDeliver: boolean): Promise<Seen> {
    const { deliveries, manifests, trust } = this.#sources;
    const delivery = deliveries.get(worker.record.worker_id);
    const isThere = delivery === undefined ? !mustDeliver : (delivery.isAvailable?.() ?? true);
    try {
      const code = (await delivery?.observe(trust)) ?? null;
      return {
        worker,
        available: isThere && !isOut(worker),
        code,
        signed: await manifests.isSigned(worker, code),
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

function observationOf(seen: readonly Seen[], banLists: BanState): Observation {
  const facts = {
    workers: Object.fromEntries(seen.map((one) => [one.worker.record.worker_id, factsOf(one, banLists)])),
    banned_hashes: bannedAmong(seen, banLists),
  };
  const code = Object.fromEntries(seen.map((one) => [one.worker.record.worker_id, one.code]));
  const text = JSON.stringify(facts);
  return { digest: sha256(text), text, facts, code };
}

function factsOf({ available, code, signed }: Seen, banLists: BanState): WorkerFacts {
  return { available, current_hash: statedHash(banLists, code), signed };
}

/** Of what is banned, only what these workers have or claim: a list may be long. */
function bannedAmong(seen: readonly Seen[], { banned }: BanState): string[] {
  const hashes = seen.flatMap(({ worker, code }) => [worker.record.attestation?.code_hash, code]);
  const relevant = hashes.map(normaliseHash).filter((hash) => hash !== null && banned.has(hash));
  return [...new Set(relevant as string[])].sort();
}
