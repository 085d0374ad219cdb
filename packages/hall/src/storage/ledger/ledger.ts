import { type SigningKey, signCheckpoint } from '@wcp/evidence';
import { consistencyProof, inclusionProof, type MerkleFrontier } from '@wcp/evidence/log';
import type { Sha256 } from '@wcp/spec';
import { LRUCache } from 'lru-cache';
import { SerialQueue } from '../../base/serial-queue.ts';
import type { Change, HeadRow, Store } from '../store/store.ts';
import { Batch } from './batch.ts';
import { checkTail } from './check-tail.ts';
import type { Appended, Entry } from './entry.ts';
import { readFrontier, subtreeReader } from './log-tree.ts';
import { type Prepared, prepare } from './prepare.ts';

/** Stream heads that are cached; the others are read when they are needed. */
const HEAD_CACHE_SIZE = 10_000;
/** Observations that are remembered as stored. */
const OBSERVATION_CACHE_SIZE = 1_000;

/** The size and the root of the log. */
interface LogHead {
  readonly size: number;
  readonly root: Sha256;
}

/** The log of a Hall, and the one way to write to its store. */
export interface Ledger {
  /** Makes entries durable, all of them or none; each receipt is chained, signed and a leaf of the log. */
  append(entries: readonly Entry[]): Promise<Appended[]>;
  head(): Promise<LogHead>;
  /** Signs the head of the log and keeps the note. */
  checkpoint(at: string): Promise<string>;
  proveInclusion(position: number, size: number): Promise<Sha256[]>;
  proveConsistency(first: number, second: number): Promise<Sha256[]>;
}

/** The key that signs a ledger, and its name. */
export interface LedgerIdentity {
  readonly key: SigningKey;
  readonly origin: string;
}

/**
 * Opens the log of a store where it ended (section 8).
 *
 * @throws {WcpError} `ERR_WCP_STORE` where the store is damaged
 */
export async function openLedger(store: Store, identity: LedgerIdentity): Promise<Ledger> {
  await checkTail(store, identity.key, identity.origin);
  const [last] = await store.list('receipts', { descending: true, limit: 1 });
  const [lastEvent] = await store.list('events', { descending: true, limit: 1 });
  const frontier = await readFrontier(store, last === undefined ? 0 : last.position + 1);
  return new StoredLedger(store, identity, frontier, lastEvent === undefined ? 1 : lastEvent.id + 1);
}

class StoredLedger implements Ledger {
  readonly #store: Store;
  readonly #identity: LedgerIdentity;
  readonly #heads = new LRUCache<string, HeadRow>({ max: HEAD_CACHE_SIZE });
  readonly #observations = new LRUCache<string, true>({ max: OBSERVATION_CACHE_SIZE });
  #frontier: MerkleFrontier;
  #nextEvent: number;
  /** One commit after another: the place of a receipt depends on the one before it. */
  readonly #queue = new SerialQueue();

  constructor(store: Store, identity: LedgerIdentity, frontier: MerkleFrontier, nextEvent: number) {
    this.#store = store;
    this.#identity = identity;
    this.#frontier = frontier;
    this.#nextEvent = nextEvent;
  }

  append(entries: readonly Entry[]): Promise<Appended[]> {
    return this.#queue.run(() => this.#commit(entries));
  }

  async head(): Promise<LogHead> {
    return { size: this.#frontier.size, root: this.#frontier.root() };
  }

  async checkpoint(at: string): Promise<string> {
    const { key, origin } = this.#identity;
    const { size, root } = await this.head();
    const note = signCheckpoint({ origin, size, root }, key);
    await this.#store.commit([{ put: 'checkpoints', row: { size, note, at } }]);
    return note;
  }

  proveInclusion(position: number, size: number): Promise<Sha256[]> {
    return inclusionProof(subtreeReader(this.#store), position, Math.min(size, this.#frontier.size));
  }

  proveConsistency(first: number, second: number): Promise<Sha256[]> {
    return consistencyProof(subtreeReader(this.#store), first, Math.min(second, this.#frontier.size));
  }

  /** Works on copies: a commit that fails leaves the ledger where it was. */
  async #commit(entries: readonly Entry[]): Promise<Appended[]> {
    const prepared = entries.map(prepare);
    const heads = await this.#headsOf(prepared);
    const batch = new Batch(this.#identity.key, heads, this.#frontier.fork(), this.#nextEvent);
    const appended = prepared.map((entry) => batch.add(entry));
    const observed = new Set<string>();
    const changes = batch.changes().filter((change) => this.#isNew(change, observed));
    await this.#store.commit(changes);
    for (const digest of observed) this.#observations.set(digest, true);
    this.#frontier = batch.frontier;
    this.#nextEvent = batch.nextEvent;
    for (const [stream, head] of batch.heads) this.#heads.set(stream, head);
    return appended;
  }

  /** An observation comes with each of its decisions, and is written once. */
  #isNew(change: Change, observed: Set<string>): boolean {
    if (!('put' in change) || change.put !== 'observations') return true;
    const { digest } = change.row;
    if (this.#observations.has(digest) || observed.has(digest)) return false;
    observed.add(digest);
    return true;
  }

  async #headsOf(prepared: readonly Prepared[]): Promise<Map<string, HeadRow>> {
    const heads = new Map<string, HeadRow>();
    for (const stream of new Set(prepared.flatMap(({ draft }) => draft?.stream ?? []))) {
      const head = this.#heads.get(stream) ?? (await this.#store.get('heads', stream));
      if (head !== null) heads.set(stream, head);
    }
    return heads;
  }
}
