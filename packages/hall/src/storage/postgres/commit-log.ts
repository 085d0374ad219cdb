import type { ClientBase } from 'pg';
import type { Change, Key, Others, Outcome, TableName, Touched } from '../store/store.ts';
import { isSummed, keyOfRow } from '../store/tables.ts';
import { quoted } from './tables-in-postgres.ts';

/** A commit: its number, from 1 on without a gap, and its own id, which no other commit has. */
export interface CommitId {
  readonly no: number;
  readonly id: string;
}

/** Before the first commit. */
const NO_COMMIT: CommitId = { no: 0, id: '' };

/** Commits whose rows are kept for Halls that look seldom; who missed more reads everything anew. */
const KEPT = 10_000;
/** Commits between two removals of old ones. */
const PRUNED_EVERY = 1_000;

/**
 * The commits of a schema in their order: who made each, and which rows it changed or removed in tables whose rows do
 * change. So every Hall learns what the others did since it looked last.
 */
export class CommitLog {
  readonly #store: string;
  readonly #commits: string;
  /** The process that commits. */
  readonly hall: string;

  constructor(schema: string, hall: string) {
    this.#store = `${quoted(schema)}.store`;
    this.#commits = `${quoted(schema)}.commits`;
    this.hall = hall;
  }

  /** The last commit, and nobody commits until the transaction has ended. */
  async lock(client: ClientBase): Promise<CommitId> {
    const { rows } = await client.query<CommitId>({
      name: 'wcp-lock',
      text: `SELECT commit_no AS no, last_commit AS id FROM ${this.#store} FOR UPDATE`,
    });
    return rows[0] ?? NO_COMMIT;
  }

  /** The number of the last commit, and the time of the database in milliseconds since 1970. */
  async last(client: Pick<ClientBase, 'query'>): Promise<{ readonly no: number; readonly now: number }> {
    const now = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now';
    const text = `SELECT commit_no AS no, ${now} FROM ${this.#store}`;
    const { rows } = await client.query<{ no: number; now: number }>({ name: 'wcp-last', text });
    return rows[0] as { no: number; now: number };
  }

  /** Writes the next commit, within its transaction. */
  async add(
    client: ClientBase,
    { no, id }: CommitId,
    { changes, vouch = () => '' }: Pick<Outcome<unknown>, 'changes' | 'vouch'>,
  ): Promise<void> {
    const { hall } = this;
    const rows = JSON.stringify(touchedBy(changes));
    await client.query({
      name: 'wcp-add',
      text: `WITH head AS (UPDATE ${this.#store} SET commit_no = $1, last_commit = $2)
        INSERT INTO ${this.#commits} (no, id, hall, rows, code) VALUES ($1, $2, $3, $4, $5)`,
      values: [no, id, hall, rows, vouch(vouchedText({ no, id, hall, rows }))],
    });
    if (no % PRUNED_EVERY === 0)
      await client.query(`DELETE FROM ${this.#commits} WHERE no <= $1`, [no - KEPT]);
  }

  /** Whether a commit is there: also where nobody said that it was carried out. */
  async has(client: Pick<ClientBase, 'query'>, { no, id }: CommitId): Promise<boolean> {
    if (no === 0) return true;
    const { rows } = await client.query<{ id: string }>(`SELECT id FROM ${this.#commits} WHERE no = $1`, [
      no,
    ]);
    if (rows.length > 0) return rows[0]?.id === id;
    // Its rows are no longer kept, or it never was.
    const { rows: later } = await client.query(`SELECT 1 FROM ${this.#commits} WHERE no > $1 LIMIT 1`, [no]);
    return later.length > 0;
  }

  /**
   * What was committed after a commit, but for what this process knows of.
   *
   * @param isOwn whether a commit of this process was acknowledged to it
   */
  async since(
    client: Pick<ClientBase, 'query'>,
    from: number,
    isOwn: (id: string) => boolean,
  ): Promise<Others & { readonly halls: ReadonlySet<string> }> {
    const text = `SELECT no, id, hall, rows, code FROM ${this.#commits} WHERE no > $1 ORDER BY no`;
    const { rows } = await client.query<CommitRow>({
      name: 'wcp-since',
      text,
      values: [from],
    });
    const commit = rows.at(-1)?.no ?? from;
    const others = rows.filter(({ id, hall }) => hall !== this.hall || !isOwn(id));
    const halls = new Set(others.map(({ hall }) => hall));
    const isWhole = rows.length === commit - from;
    // All of them: one of another Hall could have been given out as one's own.
    const vouched = rows.map((row) => ({ text: vouchedText(row), code: row.code }));
    return {
      commit,
      halls,
      vouched,
      rows: isWhole ? others.flatMap(({ rows: list }) => readRows(list)) : null,
    };
  }
}

interface CommitRow extends CommitId {
  readonly hall: string;
  readonly rows: string;
  readonly code: string;
}

/** What the code of a commit vouches for: at this place, and at no other. */
function vouchedText({ no, id, hall, rows }: Omit<CommitRow, 'code'>): string {
  return `commit ${no} ${id} ${hall} ${rows}`;
}

/** The statements that make its tables. */
export function commitLogStatements(schema: string, version: number): string[] {
  return [
    // One row: the version of the tables, and the last commit.
    `CREATE TABLE ${quoted(schema)}.store (id boolean PRIMARY KEY DEFAULT true CHECK (id), version integer NOT NULL, commit_no bigint NOT NULL, last_commit text NOT NULL)`,
    `CREATE TABLE ${quoted(schema)}.commits (no bigint PRIMARY KEY, id text NOT NULL, hall text NOT NULL, rows text NOT NULL, code text NOT NULL)`,
    `INSERT INTO ${quoted(schema)}.store (version, commit_no, last_commit) VALUES (${version}, 0, '')`,
  ];
}

/** The keys by table. */
function touchedBy(changes: readonly Change[]): Partial<Record<TableName, Key[]>> {
  const tables = new Map<TableName, Set<Key>>();
  for (const change of changes) {
    const table = 'remove' in change ? change.remove : change.put;
    if (!isSummed(table)) continue;
    const keys = tables.get(table) ?? new Set<Key>();
    tables.set(table, keys.add('remove' in change ? change.key : keyOfRow(table, change.row)));
  }
  return Object.fromEntries([...tables].map(([table, keys]) => [table, [...keys]]));
}

function readRows(text: string): Touched[] {
  const tables = Object.entries(JSON.parse(text)) as [TableName, Key[]][];
  return tables.flatMap(([table, keys]) => keys.map((key) => ({ table, key })));
}
