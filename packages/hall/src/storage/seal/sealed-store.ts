import { SerialQueue } from '../../base/serial-queue.ts';
import {
  type Change,
  type Key,
  type Others,
  type Outcome,
  type Query,
  type Store,
  type TableName,
  type Tables,
  transact,
  type Work,
} from '../store/store.ts';
import { isSummed, keyOf, keyOfRow } from '../store/tables.ts';
import type { CodeCache } from './code-cache.ts';
import type { AnyRow, RowMac } from './row-mac.ts';
import { readSeal, SEAL_ID, sealChange, TableSums } from './store-seal.ts';
import { openStoreTampered, rowTampered } from './store-tampered.ts';
import { type RowChange, SumScan } from './sum-scan.ts';
import { isSealed } from './unsealed-rows.ts';

/** What the rows of a store are vouched for with. */
export interface StoreSeal {
  /** Counts the commits that changed a table with a sum. */
  readonly version: number;
  readonly sums: TableSums;
  readonly mac: RowMac;
  /** The codes of the rows that the sums are made of. */
  readonly codes: CodeCache;
  /** The tables whose rows were not all read yet: their sums are those that the seal holds. */
  readonly pending: readonly TableName[];
}

/** A store whose every row has a code that needs the key: it is written with each row and checked with each reading. */
export class SealedStore implements Store {
  readonly #store: Store;
  readonly #mac: RowMac;
  readonly #codes: CodeCache;
  readonly #scan: SumScan;
  readonly #queue = new SerialQueue();
  #sums: TableSums;
  #version: number;
  #followed: (others: Others) => Promise<void> = async () => {};

  constructor(store: Store, { version, sums, mac, codes, pending }: StoreSeal) {
    this.#scan = new SumScan(store, mac, pending);
    this.#store = store;
    this.#mac = mac;
    this.#codes = codes;
    this.#sums = sums;
    this.#version = version;
  }

  /** The number of the seal, which the high-water mark repeats. */
  get version(): number {
    return this.#version;
  }

  /** @throws {WcpError} `ERR_WCP_STORE_TAMPERED` for a row that was not written with the key */
  async get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | null> {
    const row = await this.#store.get(table, key);
    return row === null ? null : this.#checked(table, row);
  }

  /** @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where one of the rows was not written with the key */
  async list<T extends TableName>(table: T, query?: Query<T>): Promise<Tables[T][]> {
    const rows = await this.#store.list(table, query);
    return rows.map((row) => {
      const checked = this.#checked(table, row);
      if (isAskedFor(checked, query?.where ?? {})) return checked;
      throw rowTampered({ table, key: keyOfRow(table, row) });
    });
  }

  count(table: TableName): Promise<number> {
    return this.#store.count(table);
  }

  /** Not checked: the nodes of the tree are, which the leaves are compared with. */
  async leaves(first: number, limit: number): Promise<Uint8Array[]> {
    return (await this.#store.leaves?.(first, limit)) ?? [];
  }

  commit(changes: readonly Change[]): Promise<void> {
    return this.transact(async () => ({ changes, committed: () => {} }));
  }

  /** One after another: each seal builds on the one before it. */
  transact<R>(work: Work<R>): Promise<R> {
    return this.#queue.run(() => transact(this.#store, (others) => this.#transact(others, work)));
  }

  /** Calls this in every transaction that finds something of others, whoever it is for, before its work. */
  onOthers(followed: (others: Others) => Promise<void>): void {
    this.#followed = followed;
  }

  /** @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where somebody without the key changed what others are said to have done */
  async others(after: number | null): Promise<Others> {
    return this.#vouchedFor((await this.#store.others?.(after)) ?? { commit: after ?? 0, rows: [] });
  }

  #vouchedFor({ vouched = [], ...others }: Others): Others {
    if (vouched.every(({ text, code }) => this.#mac.seal(text) === code)) return others;
    throw openStoreTampered([], ['commits']);
  }

  wipe(): Promise<void> {
    return this.#queue.run(() => this.#store.wipe());
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #checked<T extends TableName>(table: T, row: Tables[T]): Tables[T] {
    if (!isSealed(table, row, this.#mac)) {
      throw rowTampered({ table, key: keyOfRow(table, row) });
    }
    const { mac: _, ...rest } = row;
    return rest as unknown as Tables[T];
  }

  /** The tables of which it is not known yet whether a row is missing or of an earlier state. */
  get pending(): readonly TableName[] {
    return this.#scan.pending;
  }

  /**
   * Reads the next rows of the {@link pending} tables.
   *
   * @throws {WcpError} `ERR_WCP_STORE_TAMPERED` for what was changed
   */
  scan(): Promise<void> {
    return this.#queue.run(() => this.#scan.step(this.#sums));
  }

  async #transact<R>(found: Others | null, work: Work<R>): Promise<Outcome<R>> {
    const others = found === null ? null : this.#vouchedFor(found);
    if (others !== null) {
      await this.#follow(others);
      await this.#followed(others);
    }
    const { changes, committed } = await work(others);
    const { sealed, remember } = await this.#seal(changes);
    return {
      changes: sealed,
      committed: () => {
        remember();
        return committed();
      },
      vouch: (text) => this.#mac.seal(text),
    };
  }

  /** The seal that others wrote, which vouches for the rows that they did. */
  async #follow({ rows }: Others): Promise<void> {
    const stored = await this.#store.get('seals', SEAL_ID);
    const seal = stored === null ? null : readSeal(stored, this.#mac);
    const sums = seal === null ? null : TableSums.from(seal, this.#mac);
    if (seal === null || sums === null || seal.version < this.#version) {
      throw openStoreTampered([{ table: 'seals', key: SEAL_ID }], []);
    }
    [this.#sums, this.#version] = [sums, seal.version];
    if (rows === null) this.#codes.forgetAll(this.#mac.layout.summed);
    for (const { table, key } of rows ?? []) this.#codes.forget(table, key);
    this.#scan.startAgain(rows);
  }

  /** Works on copies: a commit that fails leaves the seal as it was. */
  async #seal(changes: readonly Change[]): Promise<{ sealed: Change[]; remember: () => void }> {
    const mac = this.#mac;
    const batch = new SealedBatch(this.#sums.fork(), this.#codes);
    const sealed: Change[] = [];
    for (const change of changes) {
      const described = describe(change, mac);
      sealed.push(withCode(change, described.code));
      if (isSummed(described.table)) await batch.add(described);
    }
    const version = batch.isEmpty ? this.#version : this.#version + 1;
    if (!batch.isEmpty) {
      const seal = sealChange(version, batch.sums, mac);
      sealed.push(withCode(seal, describe(seal, mac).code));
    }
    const remember = () => {
      [this.#sums, this.#version] = [batch.sums, version];
      batch.remember();
      for (const change of batch.rowChanges()) this.#scan.committed(change);
    };
    return { sealed, remember };
  }
}

/** A store finds rows by an index, which has no code: one that was edited finds rows for what they do not say. */
function isAskedFor(row: object, where: object): boolean {
  return Object.entries(where).every(([name, value]) => (row as AnyRow)[name] === value);
}

/** A change, and the code of the row that it puts; null for a removal. */
interface Described {
  readonly table: TableName;
  readonly key: Key;
  readonly code: Buffer | null;
}

/** What one commit does to the sums. */
class SealedBatch {
  readonly sums: TableSums;
  readonly #codes: CodeCache;
  readonly #changed = new Map<TableName, Map<Key, Buffer | null>>();
  readonly #before: Omit<RowChange, 'after'>[] = [];

  /** @param sums a fork: it changes with the batch */
  constructor(sums: TableSums, codes: CodeCache) {
    this.sums = sums;
    this.#codes = codes;
  }

  get isEmpty(): boolean {
    return this.#changed.size === 0;
  }

  async add({ table, key, code }: Described): Promise<void> {
    const changed = this.#changed.get(table) ?? new Map<Key, Buffer | null>();
    this.#changed.set(table, changed);
    const isFirst = !changed.has(key);
    const before = (isFirst ? await this.#codes.of(table, key) : changed.get(key)) ?? null;
    if (isFirst) this.#before.push({ table, key, before });
    if (before !== null) this.sums.remove(table, before);
    if (code !== null) this.sums.add(table, code);
    changed.set(key, code);
  }

  /** Each row that was changed, once. */
  rowChanges(): RowChange[] {
    return this.#before.map((row) => ({ ...row, after: this.#changed.get(row.table)?.get(row.key) ?? null }));
  }

  /** Called once everything is durable. */
  remember(): void {
    for (const [table, changed] of this.#changed) {
      for (const [key, code] of changed) this.#codes.set(table, key, code);
    }
  }
}

function describe(change: Change, mac: RowMac): Described {
  if ('remove' in change) return { table: change.remove, key: change.key, code: null };
  const row = change.row as unknown as AnyRow;
  return { table: change.put, key: row[keyOf(change.put)] as Key, code: mac.of(change.put, row) };
}

function withCode(change: Change, mac: Buffer | null): Change {
  return 'remove' in change ? change : ({ ...change, row: { ...change.row, mac } } as Change);
}
