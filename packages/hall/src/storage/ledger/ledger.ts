import type { Signer } from '@wcp/evidence/key';
import {
  consistencyProof,
  inclusionProof,
  type KeyTerm,
  type MerkleFrontier,
  type SubtreeReader,
  signCheckpointWith,
} from '@wcp/evidence/log';
import { type Sha256, WcpError } from '@wcp/spec';
import { boundedCache } from '../../base/bounded-cache.ts';
import { SerialQueue } from '../../base/serial-queue.ts';
import { readArchiveState } from '../archive/archive-state.ts';
import { ArchivedStore } from '../archive/archived-store.ts';
import { createDataKeys, openDataKeys } from '../payload/data-keys.ts';
import { PayloadStore } from '../payload/payload-store.ts';
import { openSealedStore } from '../seal/open-sealed-store.ts';
import type { RowMac } from '../seal/row-mac.ts';
import type { SealedStore } from '../seal/sealed-store.ts';
import {
  type Change,
  type HeadRow,
  type Others,
  type Store,
  type TableName,
  transact,
} from '../store/store.ts';
import { BackgroundCheck, type StoreCheck } from './background-check.ts';
import { Batch } from './batch.ts';
import { checkEnd } from './check-tail.ts';
import type { Appended, Entry } from './entry.ts';
import { checkMark, type HighWaterMark } from './high-water-mark.ts';
import { type KeyChanged, type RevokeAt, revocationEntry, rotationEntry } from './key-change.ts';
import { type LedgerIdentity, rowMacOf } from './ledger-identity.ts';
import { isLogKeys, type LogKeys, logKeysChange, readLogKeys, withNextTerm } from './log-keys.ts';
import { followedFrontier, readFrontier, subtreeReader } from './log-tree.ts';
import { MarkWriter } from './mark-writer.ts';
import { type Prepared, prepare } from './prepare.ts';
import { type Refusals, refusedOf } from './refused.ts';
import { TouchedRows } from './touched-rows.ts';

/** Stream heads that are cached; the others are read when they are needed. */
const HEAD_CACHE_SIZE = 10_000;
/** Observations that are remembered as stored. */
const OBSERVATION_CACHE_SIZE = 1_000;

/** The size and the root of the log. */
interface LogHead {
  readonly size: number;
  readonly root: Sha256;
}

/**
 * The log of a Hall, and the one way to write to its store.
 *
 * @typeParam S how a key is given: as itself, or as what it is opened from in the thread of the store
 */
export interface Ledger<S = Signer> {
  /** Makes entries durable, all of them or none; each receipt is chained, signed and a leaf of the log. */
  append(entries: readonly Entry[]): Promise<Appended[]>;
  head(): Promise<LogHead>;
  /** Signs the head of the log, and keeps the note and the high-water mark. */
  checkpoint(at: string): Promise<string>;
  proveInclusion(position: number, size: number): Promise<Sha256[]>;
  proveConsistency(first: number, second: number): Promise<Sha256[]>;
  /** The keys of the log in their order. */
  keys(): Promise<readonly KeyTerm[]>;
  /** Lets another key sign from the next position on. The receipt that says so is signed by the key in force. */
  rotate(next: S, at: string): Promise<KeyChanged>;
  /**
   * Takes the trust from what a former key signed at a position and later.
   *
   * @throws {WcpError} `ERR_WCP_LOG_KEY` for the key in force, a key that is none of the log's, or a later position
   */
  revoke(key_id: string, from: RevokeAt, at: string): Promise<KeyChanged>;
  /**
   * Signs another form of a receipt.
   *
   * @throws {WcpError} `ERR_WCP_LOG_KEY` where the key is no longer in force, `ERR_WCP_SIGNER`
   */
  sign(key_id: string, data: Uint8Array): Promise<Uint8Array>;
  /** What other Halls have committed to the store after a commit; null for the last one. */
  others(after: number | null): Promise<Others>;
  /** How far the check of the store has come that goes on while it is used. */
  storeCheck(): Promise<StoreCheck>;
}

/**
 * Opens the log of a store where it ended (section 8).
 *
 * @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where the store was changed without the key, `ERR_WCP_LOG_KEY`
 *   where its key is not the one in force, `ERR_WCP_STORE` where it is that of another log, or older than its mark
 */
export async function openLedger(store: Store, identity: LedgerIdentity): Promise<OpenLedger> {
  // While nobody else writes: what is read belongs together.
  const { sealed, frontier, mac, keys, nextEvent } = await transact(store, async () => {
    const checked = await checkLedger(store, identity);
    const nextEvent = await nextEventOf(checked.sealed);
    return { changes: [], committed: () => ({ ...checked, nextEvent }) };
  });
  const { data_keys } = identity;
  const dataKeys = data_keys === undefined ? createDataKeys() : openDataKeys(data_keys);
  const rows = new ArchivedStore(sealed, identity.archive, await readArchiveState(sealed));
  const payloads = new PayloadStore(rows, dataKeys);
  const ledger = new StoredLedger(payloads, rows, { ...identity, mac }, { frontier, nextEvent, keys });
  // Now, so that a mark that cannot be written is known before anything is decided.
  await ledger.mark();
  return ledger;
}

async function nextEventOf(sealed: Pick<Store, 'list'>): Promise<number> {
  const [last] = await sealed.list('events', { descending: true, limit: 1 });
  return last === undefined ? 1 : last.id + 1;
}

/** What {@link openLedger} checks before it writes anything, and throws what it throws. */
export async function checkLedger(store: Store, identity: LedgerIdentity): Promise<CheckedLedger> {
  const mac = rowMacOf(identity);
  const { origin, mark } = identity;
  const keys = await readLogKeys(store, identity, mac);
  await checkEnd(store, { origin, mac, ...keys });
  const sealed = await openSealedStore(store, mac);
  const [last] = await sealed.list('receipts', { descending: true, limit: 1 });
  const frontier = await readFrontier(sealed, last === undefined ? 0 : last.position + 1);
  const { terms } = keys;
  await checkMark(sealed, { origin, mark, mac, terms }, { size: frontier.size, seal: sealed.version });
  return { sealed, frontier, mac, keys };
}

interface CheckedLedger {
  /** The store, which checks what is read from it. */
  readonly sealed: SealedStore;
  /** The end of the log. */
  readonly frontier: MerkleFrontier;
  readonly mac: RowMac;
  readonly keys: LogKeys;
}

/** A ledger in the thread of its store. */
export interface OpenLedger extends Ledger {
  /** The store, which checks what is read from it. */
  readonly store: PayloadStore;
  /**
   * Makes entries durable that say how far the log had come, and does something before anything else is committed.
   *
   * @param make gets the size of the log, which is the position of their first receipt
   */
  appendAt(make: (size: number) => Promise<readonly Entry[]>, then?: () => void): Promise<Appended[]>;
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
  'erasures',
] as const);

/** How far a ledger has come. */
interface LedgerState {
  readonly frontier: MerkleFrontier;
  readonly nextEvent: number;
  readonly keys: LogKeys;
}

/** Entries on their way into a commit. */
interface Drafted {
  readonly entries: readonly Entry[];
  readonly prepared: readonly Prepared[];
  /** The keys from the end of the commit on: whatever is signed next is signed by them. */
  readonly following?: LogKeys;
}

function drafted(entries: readonly Entry[]): Drafted {
  return { entries, prepared: entries.map(prepare) };
}

/** What an entry became that is not durable. */
const NOTHING: Appended = { position: null, receipt: null, events: null };

class StoredLedger implements OpenLedger {
  readonly store: PayloadStore;
  readonly sealed: SealedStore;
  readonly archived: number;
  readonly check: BackgroundCheck;
  readonly #origin: string;
  readonly #identity: LedgerIdentity & { readonly mac: RowMac };
  readonly #touched = new TouchedRows();
  readonly #heads = boundedCache<string, HeadRow>(HEAD_CACHE_SIZE);
  readonly #observations = boundedCache<string, true>(OBSERVATION_CACHE_SIZE);
  #state: LedgerState;
  /** One commit after another: the place of a receipt depends on the one before it. */
  readonly #queue = new SerialQueue();
  readonly #marks: MarkWriter;
  readonly #tree: SubtreeReader;

  constructor(
    store: PayloadStore,
    { sealed, archived }: ArchivedStore,
    identity: LedgerIdentity & { readonly mac: RowMac },
    state: LedgerState,
  ) {
    const { origin, mark, mac } = identity;
    this.#identity = identity;
    this.store = store;
    this.sealed = sealed;
    this.#tree = subtreeReader(sealed);
    this.archived = archived;
    this.#origin = origin;
    this.#state = state;
    this.#marks = new MarkWriter({ origin, mark, mac }, () => this.#howFar());
    this.check = new BackgroundCheck(sealed, { size: state.frontier.size, archived });
    sealed.onOthers((others) => this.#follow(others));
  }

  append(entries: readonly Entry[]): Promise<Appended[]> {
    // Before it is anybody's turn to write.
    const prepared = entries.map(prepare);
    return this.#queue.run(() => this.#commit(async () => ({ entries, prepared })));
  }

  appendAt(make: (size: number) => Promise<readonly Entry[]>, then = () => {}): Promise<Appended[]> {
    return this.#queue.run(async () => {
      const appended = await this.#commit(async ({ frontier }) => drafted(await make(frontier.size)));
      then();
      return appended;
    });
  }

  async others(after: number | null): Promise<Others> {
    return this.store.others(after);
  }

  async head(): Promise<LogHead> {
    const { frontier } = this.#state;
    return { size: frontier.size, root: frontier.root() };
  }

  async checkpoint(at: string): Promise<string> {
    this.#refuseDamaged();
    // Together: a key that changes meanwhile must not sign the head of before.
    const { frontier, keys } = this.#state;
    const { size } = frontier;
    const note = await signCheckpointWith({ origin: this.#origin, size, root: frontier.root() }, keys.signer);
    await this.store.commit([{ put: 'checkpoints', row: { size, note, at } }]);
    await this.mark();
    return note;
  }

  async keys(): Promise<readonly KeyTerm[]> {
    return this.#state.keys.terms;
  }

  rotate(next: Signer, at: string): Promise<KeyChanged> {
    return this.#changeKeys(at, async ({ frontier, keys }) => {
      const position = frontier.size;
      const terms = withNextTerm(keys.terms, next, position + 1);
      const place = { origin: this.#origin, position, at };
      const entry = await rotationEntry({ current: keys.signer, next, ...place });
      return { entry, keys: { terms, signer: next } };
    });
  }

  revoke(key_id: string, from: RevokeAt, at: string): Promise<KeyChanged> {
    return this.#changeKeys(at, async ({ frontier, keys }) => {
      const place = { origin: this.#origin, position: frontier.size, at };
      const { entry, terms } = await revocationEntry(this.store, keys.terms, key_id, { from, ...place });
      return { entry, keys: { ...keys, terms } };
    });
  }

  async sign(key_id: string, data: Uint8Array): Promise<Uint8Array> {
    const { signer } = this.#state.keys;
    if (signer.keyId === key_id) return signer.sign(data);
    throw new WcpError('ERR_WCP_LOG_KEY', 'The key of the log has changed meanwhile.');
  }

  /** One commit is the point at which a key changes: before it nothing has happened, after it everything has. */
  #changeKeys(
    at: string,
    make: (state: LedgerState) => Promise<{ readonly entry: Entry; readonly keys: LogKeys }>,
  ): Promise<KeyChanged> {
    return this.#queue.run(async () => {
      let terms: readonly KeyTerm[] = [];
      const [appended] = await this.#commit(async (state) => {
        const { entry, keys } = await make(state);
        terms = keys.terms;
        return { ...drafted([{ ...entry, changes: [logKeysChange(terms, at)] }]), following: keys };
      });
      await this.#marks.writeIfPossible();
      const { position, receipt } = appended as Appended;
      return { position: position as number, receipt: receipt as string, terms };
    });
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
    return inclusionProof(this.#tree, position, Math.min(size, this.#state.frontier.size));
  }

  proveConsistency(first: number, second: number): Promise<Sha256[]> {
    return consistencyProof(this.#tree, first, Math.min(second, this.#state.frontier.size));
  }

  /** Works on copies: a commit that fails leaves the ledger where it was. */
  async #commit(make: (state: LedgerState) => Promise<Drafted>): Promise<Appended[]> {
    this.#refuseDamaged();
    let isMarked = false;
    const appended = await this.store.transact(async () => {
      const { entries, prepared, following = this.#state.keys } = await make(this.#state);
      const refused = await refusedOf(entries, this.#touched, this.store.sealed);
      const { batch, appended } = await this.#batchOf(prepared, refused);
      const observed = new Set<string>();
      const changes = batch.changes().filter((change) => this.#isNew(change, observed));
      isMarked = changes.some(isMarkedAtOnce);
      const committed = () => {
        for (const digest of observed) this.#observations.set(digest, true);
        this.#state = { frontier: batch.frontier, nextEvent: batch.nextEvent, keys: following };
        for (const [stream, head] of batch.heads) this.#heads.set(stream, head);
        return appended;
      };
      return { changes, committed };
    });
    if (isMarked) await this.#marks.writeIfPossible();
    else this.#marks.soon();
    return appended;
  }

  async #batchOf(prepared: readonly Prepared[], refusals: Refusals) {
    const current = prepared.filter((_, index) => !refusals.has(index));
    const { frontier, nextEvent, keys } = this.#state;
    const batch = new Batch(keys.signer, await this.#headsOf(current), frontier.fork(), nextEvent);
    for (const entry of current) batch.add(entry);
    const signed = (await batch.signed()).values();
    const appended = prepared.map((_, index) => {
      const refused = refusals.get(index);
      return refused === undefined ? (signed.next().value as Appended) : { ...NOTHING, refused };
    });
    return { batch, appended };
  }

  /** Goes on where others have brought the log. */
  async #follow(others: Others): Promise<void> {
    const { frontier, keys } = this.#state;
    const isKnown = others.rows !== null;
    const isKeyTouched = !isKnown || others.rows.some(isLogKeys);
    const following = isKeyTouched ? await readLogKeys(this.store, this.#identity, this.#identity.mac) : keys;
    this.#state = {
      frontier: await followedFrontier(this.store.sealed, frontier),
      nextEvent: await nextEventOf(this.store.sealed),
      keys: following,
    };
    if (!isKnown) this.#heads.clear();
    if (!isKnown || others.rows.some(({ table }) => table === 'erasures')) this.store.keys.recall();
    for (const { table, key } of others.rows ?? []) if (table === 'heads') this.#heads.delete(key as string);
    this.#touched.add(others);
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
