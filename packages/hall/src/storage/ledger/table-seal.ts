import { createHash } from 'node:crypto';
import { isSignedBy } from '@wcp/evidence/key';
import { WcpError } from '@wcp/spec';
import type { Change, StatefulRow, Store, TableName, Tables } from '../store/store.ts';
import { type LedgerIdentity, publicKeysOf } from './ledger-identity.ts';

/**
 * The tables that say who may do what: who is let in, whose word counts, which code may run, what is stopped.
 * What stands in them has no receipt that is read again, so the key of the log vouches for them as a whole.
 */
const SEALED = [
  'api_keys',
  'issuers',
  'authorities',
  'workers',
  'worker_versions',
  'freezes',
  'ban_lists',
  'meta',
] as const satisfies readonly TableName[];
type SealedTable = (typeof SEALED)[number];

/** Where the seal itself stands, in `meta`. */
const SEAL_ID = 'seal';
const PAGE = 1_000;

/** For each row its hash, by its id. */
type RowHashes = ReadonlyMap<string, string>;
type TableHashes = ReadonlyMap<SealedTable, RowHashes>;

/**
 * A signature over all rows of the sealed tables, renewed in each commit that changes one. Each has a number, so
 * that an earlier state with its own seal is recognised beside a {@link import('./high-water-mark.ts').HighWaterMark}.
 */
export class TableSeal {
  /** Counts the changes. */
  readonly version: number;
  readonly #tables: TableHashes;

  private constructor(version: number, tables: TableHashes) {
    this.version = version;
    this.#tables = tables;
  }

  /**
   * Reads the sealed tables of a store.
   *
   * @throws {WcpError} `ERR_WCP_STORE` where a row was added, changed or removed behind the Hall's back
   */
  static async open(store: Store, identity: LedgerIdentity): Promise<TableSeal> {
    const tables = new Map<SealedTable, RowHashes>();
    for (const table of SEALED) tables.set(table, await hashesOf(store, table));
    const row = await store.get('meta', SEAL_ID);
    const { version, signing_key_id, signature } = readSeal(row);
    const seal = new TableSeal(version, tables);
    const isEmpty = [...tables.values()].every(({ size }) => size === 0);
    if (row === null && isEmpty) return seal;
    const publicKey = publicKeysOf(identity)[signing_key_id];
    if (isSignedBy(publicKey, seal.#statement(identity.origin), signature)) return seal;
    throw new WcpError(
      'ERR_WCP_STORE',
      'The store is damaged: API keys, issuers, authorities, workers, freezes or ban lists were changed without the key of this Hall. Nothing was written. Restore it from a backup.',
    );
  }

  /** The seal after some changes, and the change that keeps it; null where they leave the sealed tables alone. */
  after(changes: readonly Change[], identity: LedgerIdentity): { seal: TableSeal; change: Change } | null {
    const tables = new Map<SealedTable, Map<string, string>>();
    for (const change of changes) {
      const table = 'put' in change ? change.put : change.remove;
      if (!isSealed(table)) continue;
      const rows = tables.get(table) ?? new Map(this.#tables.get(table));
      tables.set(table, rows);
      if ('remove' in change) rows.delete(String(change.key));
      else rows.set((change.row as StatefulRow).id, rowHash(change.row as StatefulRow));
    }
    if (tables.size === 0) return null;
    const seal = new TableSeal(this.version + 1, new Map([...this.#tables, ...tables]));
    return { seal, change: seal.#change(identity) };
  }

  #change({ key, origin }: LedgerIdentity): Change {
    const signature = key.sign(this.#statement(origin)).toString('base64');
    const document = JSON.stringify({ version: this.version, signing_key_id: key.keyId, signature });
    return { put: 'meta', row: { id: SEAL_ID, state: 'sealed', at: '', document } };
  }

  /** Begins unlike anything else that the key signs. */
  #statement(origin: string): string {
    const digests = SEALED.map((table) => `${table} ${tableHash(this.#tables.get(table) ?? new Map())}\n`);
    return `wcp-store-seal.v1\n${origin}\n${this.version}\n${digests.join('')}`;
  }
}

function isSealed(table: TableName): table is SealedTable {
  return (SEALED as readonly TableName[]).includes(table);
}

async function hashesOf(store: Store, table: SealedTable): Promise<RowHashes> {
  const hashes = new Map<string, string>();
  let page: Tables[SealedTable][];
  let after: string | undefined;
  do {
    page = await store.list(table, { limit: PAGE, ...(after !== undefined && { after }) });
    for (const row of page) if (table !== 'meta' || row.id !== SEAL_ID) hashes.set(row.id, rowHash(row));
    after = page.at(-1)?.id;
  } while (page.length === PAGE);
  return hashes;
}

function rowHash({ id, state, at, document }: StatefulRow): string {
  return createHash('sha256')
    .update(JSON.stringify([id, state, at, document]))
    .digest('hex');
}

/** Ids may hold anything, so their rows are told apart by hashes of one length. */
function tableHash(rows: RowHashes): string {
  return createHash('sha256')
    .update([...rows.values()].sort().join(''))
    .digest('hex');
}

interface StoredSeal {
  readonly version: number;
  readonly signing_key_id: string;
  readonly signature: unknown;
}

/** What an intruder may have written: only its signature is believed. */
function readSeal(row: StatefulRow | null): StoredSeal {
  const nothing = { version: 0, signing_key_id: '', signature: null };
  try {
    const { version, signing_key_id, signature } = Object(JSON.parse(row?.document ?? '{}')) as StoredSeal;
    return Number.isSafeInteger(version) ? { version, signing_key_id, signature } : nothing;
  } catch {
    return nothing;
  }
}
