import { signCheckpoint } from '@wcp/evidence';
import { consistencyProof, inclusionProof, type MerkleFrontier } from '@wcp/evidence/log';
import type { Sha256 } from '@wcp/spec';
import { boundedCache } from '../../base/bounded-cache.ts';
import { SerialQueue } from '../../base/serial-queue.ts';
import { type ArchiveState, readArchiveState } from '../archive/archive-state.ts';
import { ArchivedStore } from '../archive/archived-store.ts';
import { openSealedStore } from '../seal/open-sealed-store.ts';
import type { SealedStore } from '../seal/sealed-store.ts';
import type { Change, HeadRow, Store, TableName } from '../store/store.ts';
import { BackgroundCheck, type StoreCheck } from './background-check.ts';
import { Batch } from './batch.ts';
import { checkEnd } from './check-tail.ts';
import type { Appended, Entry } from './entry.ts';
import { checkMark, type HighWaterMark } from './high-water-mark.ts';
import type { LedgerIdentity } from './ledger-identity.ts';
import { readFrontier, subtreeReader } from './log-tree.ts';
import { MarkWriter } from './mark-writer.ts';
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
  /** Signs the head of the log, and keeps the note and the high-water mark. */
  checkpoint(at: string): Promise<string>;
  proveInclusion(position: number, size: number): Promise<Sha256[]>;
  proveConsistency(first: number, second: number): Promise<Sha256[]>;
  /** How far the check of the store has come that goes on while it is used. */
  storeCheck(): Promise<StoreCheck>;
}

/**
 * Opens the log of a store where it ended (section 8).
 *
 * @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where the store was changed without the key, `ERR_WCP_STORE` where it is
 *   that of another log or key, or older than its mark
 */
export async function openLedger(store: Store, identity: LedgerIdentity): Promise<OpenLedger> {
  const { sealed, frontier } = await checkLedger(store, identity);
  const archived = await readArchiveState(sealed);
  const [lastEvent] = await sealed.list('events', { descending: true, limit: 1 });
  const nextEvent = lastEvent === undefined ? 1 : lastEvent.id + 1;
  const ledger = new StoredLedger(sealed, identity, { frontier, nextEvent }, archived);
  // Now, so that a mark that cannot be written is known before anything is decided.
  await ledger.mark();
  return ledger;
}

/** What {@link openLedger} checks before it writes anything, and throws what it throws. */
export async function checkLedger(store: Store, identity: LedgerIdentity): Promise<CheckedLedger> {
  await checkEnd(store, identity);
  const sealed = await openSealedStore(store, identity);
  const [last] = await sealed.list('receipts', { descending: true, limit: 1 });
  const frontier = await readFrontier(sealed, last === undefined ? 0 : last.position + 1);
  await checkMark(sealed, identity, { size: frontier.size, seal: sealed.version });
  return { sealed, frontier };
}

interface CheckedLedger {
  /** The store, which checks what is read from it. */
  readonly sealed: SealedStore;
  /** The end of the log. */
  readonly frontier: MerkleFrontier;
}

/** A ledger in the thread of its store. */
export interface OpenLedger extends Ledger {
  /** The store, which checks what is read from it. */
  readonly store: Store;
  /** The store without its archive. */
  readonly sealed: SealedStore;
  /** The receipts at positions below this are in the archive. */
  readonly archived: number;
  /** Checks from now on, while the store is used, what was not checked when it was opened. */
  readonly check: BackgroundCheck;
  /** Writes the high-water mark of what was committed last. */
  close(): Promise<void>;
}

/** Tables whose changes the mark covers before they are acknowledged: they are rare, and an older state would grant something. */
const MARKED_AT_ONCE: ReadonlySet<TableName> = new Set([
  'api_keys',
  'issuers',
  'authorities',
  'workers',
  'worker_versions',
  'freezes',
  'ban_lists',
  'approvals',
] as const);

/** How far a ledger has come. */
interface LedgerState {
  readonly frontier: MerkleFrontier;
  readonly nextEvent: number;
}

class StoredLedger implements OpenLedger {
  readonly store: Store;
  readonly sealed: SealedStore;
  readonly archived: number;
  readonly check: BackgroundCheck;
  readonly #identity: LedgerIdentity;
  readonly #heads = boundedCache<string, HeadRow>(HEAD_CACHE_SIZE);
  readonly #observations = boundedCache<string, true>(OBSERVATION_CACHE_SIZE);
  #state: LedgerState;
  /** One commit after another: the place of a receipt depends on the one before it. */
  readonly #queue = new SerialQueue();
  readonly #marks: MarkWriter;

  constructor(
    sealed: SealedStore,
    identity: LedgerIdentity,
    state: LedgerState,
    archive: ArchiveState | null,
  ) {
    this.sealed = sealed;
    this.store = archive === null ? sealed : new ArchivedStore(sealed, identity.archive, archive);
    this.archived = archive?.size ?? 0;
    this.#identity = identity;
    this.#state = state;
    this.#marks = new MarkWriter(identity, () => this.#howFar());
    this.check = new BackgroundCheck(sealed, { size: state.frontier.size, from: this.archived });
  }

  append(entries: readonly Entry[]): Promise<Appended[]> {
    return this.#queue.run(() => this.#commit(entries));
  }

  async head(): Promise<LogHead> {
    const { frontier } = this.#state;
    return { size: frontier.size, root: frontier.root() };
  }

  async checkpoint(at: string): Promise<string> {
    this.#refuseDamaged();
    const { key, origin } = this.#identity;
    const { size, root } = await this.head();
    const note = signCheckpoint({ origin, size, root }, key);
    await this.store.commit([{ put: 'checkpoints', row: { size, note, at } }]);
    await this.mark();
    return note;
  }

  mark(): Promise<void> {
    return this.#marks.write();
  }

  async storeCheck(): Promise<StoreCheck> {
    return this.check.progress;
  }

  async close(): Promise<void> {
    await this.check.close();
    await this.#marks.close();
  }

  proveInclusion(position: number, size: number): Promise<Sha256[]> {
    return inclusionProof(subtreeReader(this.store), position, Math.min(size, this.#state.frontier.size));
  }

  proveConsistency(first: number, second: number): Promise<Sha256[]> {
    return consistencyProof(subtreeReader(this.store), first, Math.min(second, this.#state.frontier.size));
  }

  /** Works on copies: a commit that fails leaves the ledger where it was. */
  async #commit(entries: readonly Entry[]): Promise<Appended[]> {
    this.#refuseDamaged();
    const prepared = entries.map(prepare);
    const heads = await this.#headsOf(prepared);
    const { frontier, nextEvent } = this.#state;
    const batch = new Batch(this.#identity.key, heads, frontier.fork(), nextEvent);
    const appended = prepared.map((entry) => batch.add(entry));
    const observed = new Set<string>();
    const changes = batch.changes().filter((change) => this.#isNew(change, observed));
    await this.store.commit(changes);
    for (const digest of observed) this.#observations.set(digest, true);
    this.#state = { frontier: batch.frontier, nextEvent: batch.nextEvent };
    for (const [stream, head] of batch.heads) this.#heads.set(stream, head);
    if (changes.some(isMarkedAtOnce)) await this.#marks.writeIfPossible();
    else this.#marks.soon();
    return appended;
  }

  /** @throws {WcpError} `ERR_WCP_STORE_TAMPERED` once something was found: nothing is built on it */
  #refuseDamaged(): void {
    if (this.check.failure !== null) throw this.check.failure;
  }

  /** Only what is durable: a mark is never ahead of its store. */
  #howFar(): HighWaterMark {
    const { frontier } = this.#state;
    return { size: frontier.size, root: frontier.root(), seal: this.sealed.version };
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
      const head = this.#heads.get(stream) ?? (await this.store.get('heads', stream));
      if (head !== null) heads.set(stream, head);
    }
    return heads;
  }
}

function isMarkedAtOnce(change: Change): boolean {
  return MARKED_AT_ONCE.has('put' in change ? change.put : change.remove);
}
