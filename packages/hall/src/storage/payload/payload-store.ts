import type { AnyRow } from '../seal/row-mac.ts';
import { rowTampered } from '../seal/store-tampered.ts';
import {
  type Change,
  type Key,
  type Others,
  type Query,
  type Store,
  type TableName,
  type Tables,
  transact,
  type Work,
} from '../store/store.ts';
import { keyOf, PAYLOAD_COLUMN, payloadOf } from '../store/tables.ts';
import { keyIdOfPayload } from './data-key.ts';
import type { DataKeys } from './data-keys.ts';
import { joinPayload, splitPayload } from './payload-text.ts';

/**
 * Tables whose rows stay when their payload goes; a row of another table is its payload, and goes with it. That a key of
 * a request was used must be known even where nobody can read for what: the request would run twice.
 */
const KEPT: ReadonlySet<TableName> = new Set(['decisions', 'events', 'idempotency'] as const);

/** A store whose rows are checked, archived ones included. */
interface SealedRows extends Store {
  readonly version: number;
}

/**
 * A store that holds payloads encrypted, each under the key of its tenant. A payload whose key is gone is no longer
 * held: its row has null in its place, or is not there.
 */
export class PayloadStore implements Store {
  /** The rows as they are stored, for whoever needs no payload. */
  readonly sealed: SealedRows;
  readonly keys: DataKeys;

  constructor(sealed: SealedRows, keys: DataKeys) {
    this.sealed = sealed;
    this.keys = keys;
  }

  /** The number of the seal, which the high-water mark repeats. */
  get version(): number {
    return this.sealed.version;
  }

  async get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | null> {
    const row = await this.sealed.get(table, key);
    return row === null ? null : this.#opened(table, row);
  }

  /** Reads on where rows are left out: a page is short only where there are no more. */
  async list<T extends TableName>(table: T, query: Query<T> = {}): Promise<Tables[T][]> {
    const { limit = 100 } = query;
    const found: Tables[T][] = [];
    let after = query.after;
    for (;;) {
      const page = { ...query, limit: limit - found.length, ...(after !== undefined && { after }) };
      const rows = await this.sealed.list(table, page);
      for (const row of rows) {
        const opened = this.#opened(table, row);
        if (opened !== null) found.push(opened);
      }
      if (rows.length < page.limit || found.length === limit) return found;
      after = keyOfRow(table, rows.at(-1) as Tables[T]);
    }
  }

  count(table: TableName): Promise<number> {
    return this.sealed.count(table);
  }

  commit(changes: readonly Change[]): Promise<void> {
    return this.sealed.commit(changes.map((change) => this.#encrypted(change)));
  }

  transact<R>(work: Work<R>): Promise<R> {
    return transact(this.sealed, async (others) => {
      const { changes, committed } = await work(others);
      return { changes: changes.map((change) => this.#encrypted(change)), committed };
    });
  }

  async others(after: number | null): Promise<Others> {
    return (await this.sealed.others?.(after)) ?? { commit: after ?? 0, rows: [] };
  }

  wipe(): Promise<void> {
    return this.sealed.wipe();
  }

  close(): Promise<void> {
    return this.sealed.close();
  }

  /** Whether a row of {@link sealed} has a payload, and the key of it is still there. */
  isHeld(row: object): boolean {
    const { payload, tenant_id } = row as StoredRow;
    return payload != null && this.keys.find(tenant_id)?.id === keyIdOfPayload(payload);
  }

  #opened<T extends TableName>(table: T, row: Tables[T]): Tables[T] | null {
    const members = payloadOf(table);
    if (members.length === 0) return row;
    const { [PAYLOAD_COLUMN]: payload, ...rest } = row as unknown as StoredRow;
    if (payload != null && this.isHeld(row)) return { ...rest, ...this.#decrypted(table, row) } as Tables[T];
    if (!KEPT.has(table)) return null;
    const nothing = Object.fromEntries(members.map((name) => [name, null]));
    // Without its place, an event cannot be taken for one that stands in a decision.
    const lost = table === 'events' && payload != null ? { position: null } : {};
    return { ...rest, ...nothing, ...lost } as unknown as Tables[T];
  }

  #decrypted(table: TableName, row: object): AnyRow {
    const { payload, tenant_id } = row as StoredRow;
    const key = keyOfRow(table, row);
    const text = this.keys.find(tenant_id)?.decrypt(payload as Uint8Array, placeOf(table, key)) ?? null;
    if (text === null) throw rowTampered({ table, key });
    const members = payloadOf(table);
    const texts = splitPayload(text, members.length);
    return Object.fromEntries(members.map((name, index) => [name, texts[index]]));
  }

  #encrypted(change: Change): Change {
    if ('remove' in change) return change;
    const { put: table, row } = change;
    const members = payloadOf(table);
    if (members.length === 0) return change;
    const texts = members.map((name) => ((row as unknown as AnyRow)[name] as string | undefined) ?? null);
    const payload = texts.every((text) => text === null) ? null : this.#payload(table, row, texts);
    const rest = Object.entries(row).filter(([name]) => !members.includes(name));
    return {
      ...change,
      row: { ...Object.fromEntries(rest), [PAYLOAD_COLUMN]: payload },
    } as unknown as Change;
  }

  #payload(table: TableName, row: object, texts: readonly (string | null)[]): Buffer {
    const key = this.keys.of((row as StoredRow).tenant_id);
    return key.encrypt(joinPayload(texts), placeOf(table, keyOfRow(table, row)));
  }
}

/** A row with a payload as it is stored. */
interface StoredRow {
  readonly tenant_id: string | null;
  readonly [PAYLOAD_COLUMN]: Uint8Array | null;
}

/** A payload that is moved to another row cannot be read there. */
function placeOf(table: TableName, key: Key): string {
  return `wcp-payload.v1 ${table} ${key}`;
}

function keyOfRow(table: TableName, row: object): Key {
  return (row as AnyRow)[keyOf(table)] as Key;
}
