/** What every row has beside its columns, and what only a sealed store reads and writes. */
export interface CodedRow {
  /** The code that vouches for the row; see {@link import('../seal/row-mac.ts').RowMac}. */
  readonly mac?: Uint8Array | null;
}

/** A receipt at its position in the log; `leaf` is the hash of the leaf, 32 bytes. */
export interface ReceiptRow extends CodedRow {
  readonly position: number;
  readonly stream: string;
  readonly seq: number;
  readonly kind: string;
  readonly decision_id: string | null;
  readonly correlation_id: string | null;
  readonly leaf: Uint8Array;
  /** The canonical JSON of the whole receipt. */
  readonly receipt: string;
}

/** A decision beside its receipt, with everything that is needed to make it again. */
export interface DecisionRow extends CodedRow {
  /** The position of its receipt. */
  readonly position: number;
  /** Whose data key its request, facts and decision are kept under; null where no tenant could be read. */
  readonly tenant_id: string | null;
  readonly data_label: string | null;
  /** When it was made. */
  readonly at: string;
  /** The input as received: as canonical JSON where it has one, else as its text; null where it was no JSON. */
  readonly input: string | null;
  /** The facts without what `observation` holds; null once the payload is no longer held. */
  readonly facts: string | null;
  /** The digest of the {@link ObservationRow} that the facts are completed with. */
  readonly observation: string;
  /** The JSON of the whole decision; null once the payload is no longer held. */
  readonly decision: string | null;
  /** The id of its row of events. */
  readonly events: number | null;
}

/** Facts that many decisions share (live hashes, bans), kept once under their digest. */
interface ObservationRow extends CodedRow {
  readonly digest: string;
  readonly facts: string;
}

/** The documents of a world, kept once under its digest. */
interface WorldRow extends CodedRow {
  readonly digest: string;
  readonly documents: string;
  readonly at: string;
}

/** A complete subtree of the log; `place` is its height times 2^48 plus its index. */
interface NodeRow extends CodedRow {
  readonly place: number;
  readonly hash: Uint8Array;
}

/** The last receipt of a stream. */
export interface HeadRow extends CodedRow {
  readonly stream: string;
  readonly seq: number;
  readonly receipt_hash: string;
}

/** A signed tree head. */
interface CheckpointRow extends CodedRow {
  readonly size: number;
  readonly note: string;
  readonly at: string;
}

/** Events that came about together, in the order of their commit. */
export interface EventRow extends CodedRow {
  readonly id: number;
  /** Whom they concern; null for events of the Hall itself. */
  readonly tenant_id: string | null;
  /** The position of the receipt that they came with; null where they came with none, or are no longer held. */
  readonly position: number | null;
  /** Null for those of a decision, which are its `telemetry_envelopes`, and for those that are no longer held. */
  readonly events: string | null;
}

/** A dispatch whose outcome is not known yet. */
export interface DispatchRow extends CodedRow {
  readonly decision_id: string;
  readonly worker_id: string;
  readonly at: string;
  /** A {@link import('@wcp/spec').Receipt} draft of the decision: what the outcome's receipt is made from. */
  readonly decided: string;
  /** Who asked, and which Hall starts the worker; see {@link import('../asked.ts').readAsked}. */
  readonly requested_by: string;
}

/** What one dispatch chain has spent. */
export interface ChainRow extends CodedRow {
  /** The JSON of the list of its tenant and its correlation id. */
  readonly chain: string;
  readonly blast_score: number;
  readonly dispatches: number;
}

/** A document with a state that changes, under an id of its own. */
export interface StatefulRow extends CodedRow {
  readonly id: string;
  readonly state: string;
  /** Orders the rows of one state: a time, or nothing. */
  readonly at: string;
  readonly document: string;
}

/** A document about a tenant's payload, kept under the data key of the tenant. */
interface TenantRow extends StatefulRow {
  /** Null where no tenant could be read. */
  readonly tenant_id: string | null;
}

/** A notice that is on its way, or a message that was sent, about a decision. */
export interface NoticeRow extends TenantRow {
  readonly decision_id: string;
}

/** What vouches for the tables whose rows change. */
export interface SealRow extends CodedRow {
  readonly id: string;
  readonly document: string;
}

/** Everything that a Hall keeps, by table. The first member of a row is its key. */
export interface Tables {
  receipts: ReceiptRow;
  decisions: DecisionRow;
  observations: ObservationRow;
  worlds: WorldRow;
  nodes: NodeRow;
  heads: HeadRow;
  checkpoints: CheckpointRow;
  events: EventRow;
  dispatches: DispatchRow;
  chains: ChainRow;
  approvals: TenantRow;
  freezes: StatefulRow;
  workers: StatefulRow;
  worker_versions: StatefulRow;
  authorities: StatefulRow;
  ban_lists: StatefulRow;
  api_keys: StatefulRow;
  issuers: StatefulRow;
  /** The verified claims of tenant credentials, by hash; the state is the day on which one expires. */
  credentials: TenantRow;
  outbox: NoticeRow;
  results: TenantRow;
  dead_letters: TenantRow;
  idempotency: TenantRow;
  /** What is still to be done of a forgetting, and how far the retention has come. */
  erasures: StatefulRow;
  meta: StatefulRow;
  seals: SealRow;
}

/** The name of a table. */
export type TableName = keyof Tables;
/** The key of a row. */
export type Key = string | number;

/**
 * One change; those of one commit happen together or not at all. What is new replaces nothing: where several write to a
 * database, the commit fails if there is such a row.
 */
export type Change = {
  [T in TableName]:
    | { readonly put: T; readonly row: Tables[T]; readonly isNew?: boolean }
    | { readonly remove: T; readonly key: Key };
}[TableName];

/** Makes changes durable, all of them or none. @throws {WcpError} `ERR_WCP_STORE` where it cannot */
export type Commit = (changes: readonly Change[]) => Promise<unknown>;

/** Which rows of a table, in the order of the key. */
export interface Query<T extends TableName> {
  /** Members that must be equal. */
  readonly where?: Partial<Tables[T]>;
  /** Only keys beyond this one, in the direction of the listing. */
  readonly after?: Key;
  /** Maximum rows (default 100). */
  readonly limit?: number;
  /** From the greatest key downwards. */
  readonly descending?: boolean;
}

/** A row that was changed or removed. */
export interface Touched {
  readonly table: TableName;
  readonly key: Key;
}

/** What other Halls have done to a store. */
export interface Others {
  /** The number of the commit up to which this holds. */
  readonly commit: number;
  /** The rows that they changed or removed, in tables whose rows do change; null where that is not known any more. */
  readonly rows: readonly Touched[] | null;
  /** The time of the database in milliseconds since 1970, where it was asked for. */
  readonly now?: number;
  /** What was written of each commit, and the code that vouches for it, for whoever has the key. */
  readonly vouched?: readonly Vouched[];
}

/** A text, and the code that was made of it with the key of the store; empty where nobody had the key. */
interface Vouched {
  readonly text: string;
  readonly code: string;
}

/** What a transaction comes to. */
export interface Outcome<R> {
  readonly changes: readonly Change[];
  /** Called once they are durable; what it gives is what the transaction gives. */
  committed(): R;
  /** Makes the code that vouches for what other Halls are told of the commit. */
  vouch?(text: string): string;
}

/**
 * What is to be written, given what others have done since the last transaction: null where that is nothing. Where it
 * throws, nothing is written, and the next transaction is told of the same again.
 */
export type Work<R> = (others: Others | null) => Promise<Outcome<R>>;

/**
 * Where a Hall stores everything. An implementation makes each commit durable before it resolves, all of it or
 * nothing, and rejects with a `WcpError` `ERR_WCP_STORE` where it cannot.
 */
export interface Store {
  get<T extends TableName>(table: T, key: Key): Promise<Tables[T] | null>;
  list<T extends TableName>(table: T, query?: Query<T>): Promise<Tables[T][]>;
  count(table: TableName): Promise<number>;
  /**
   * The hashes of the leaves from a position on, without the codes of their rows: whoever reads them compares them with
   * the tree. Absent where nothing is saved against a {@link list}.
   */
  leaves?(first: number, limit: number): Promise<Uint8Array[]>;
  commit(changes: readonly Change[]): Promise<void>;
  /**
   * Does work while nobody else writes, and makes durable what it comes to. Absent where nobody else can write.
   *
   * @throws {WcpError} `ERR_WCP_STORE`; what `work` throws
   */
  transact?<R>(work: Work<R>): Promise<R>;
  /** What others have committed after a commit; null for the last one, and the time. Absent where nobody else can write. */
  others?(after: number | null): Promise<Others>;
  /** Leaves nothing of what was removed or replaced in any of its files. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

/** A store that lies in one file. */
export interface FileStore extends Store {
  /**
   * Copies what is stored into a new file, while others go on using it.
   *
   * @throws {WcpError} `ERR_WCP_STORE` where the copy cannot be written
   */
  copyTo(file: string): Promise<void>;
}

/** {@link Store.transact}, of a store with one writer as well. */
export async function transact<R>(store: Store, work: Work<R>): Promise<R> {
  if (store.transact !== undefined) return store.transact(work);
  const { changes, committed } = await work(null);
  if (changes.length > 0) await store.commit(changes);
  return committed();
}
