import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { generateSigningKey } from '@wcp/evidence';
import { beforeAll, describe, expect, test } from 'vitest';
import { storageOver } from '../../../src/storage/evidence/evidence-storage.ts';
import type { Entry } from '../../../src/storage/ledger/entry.ts';
import { openSqliteStore } from '../../../src/storage/store/sqlite-store.ts';
import type { Change, Key, TableName } from '../../../src/storage/store/store.ts';
import { columnsOf, keyOf, TABLES } from '../../../src/storage/store/tables.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const folder = tempFolder();
const [template, file, mark] = ['template.db', 'store.db', 'mark.json'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
/** The keys of payloads must be there again when the store is opened again. */
const data_keys = join(folder, 'keys');
const identity = { key: generateSigningKey(), origin: 'hall.example/log', mark, data_keys };
const ALL = Object.keys(TABLES) as TableName[];
const RECEIPTS = 300;

const plain: Entry = {
  evidence: {
    kind: 'plain',
    draft: {
      kind: 'approval',
      stream: 'tenant-a',
      correlation_id: 'c',
      decision_id: 'd',
      dispatched_at: null,
      worker_id: null,
      worker_species_id: null,
      capability_id: null,
      policy_decision: 'ALLOW',
      deny_code: null,
      controls_verified: [],
      artifact_hash: null,
      decision_digest: null,
      world_digest: null,
      outcome: null,
    },
  },
};

/** A row of any table, made from its columns. */
function sampleRow(table: TableName, index: number): Change {
  const values = Object.entries(TABLES[table].columns).map(([name, type]) => [
    name,
    type === 'text' || type === 'payload'
      ? `${name}-${index}`
      : type === 'blob'
        ? new Uint8Array(32).fill(index)
        : index,
  ]);
  return { put: table, row: Object.fromEntries(values) } as unknown as Change;
}

/** A store with at least two rows in every table: those that a ledger writes by itself, and a sample of the others. */
beforeAll(async () => {
  const { store, ledger, close } = await storageOver(openSqliteStore(template), identity);
  await ledger.append(Array.from({ length: RECEIPTS }, () => plain));
  await ledger.checkpoint('2026-01-01T00:00:00Z');
  for (const table of ALL) {
    if ((await store.count(table)) > 0) continue;
    await ledger.append([1, 2].map((index) => ({ changes: [sampleRow(table, index)] })));
  }
  await close();
});

const columnsAndCode = (table: TableName) => [...columnsOf(table), 'mac'];
const EDITS = ALL.flatMap((table) => columnsAndCode(table).map((column) => [table, column] as const));

/** Runs statements as somebody does who can write the file and has no key. */
function intrude<R>(work: (database: DatabaseSync) => R): R {
  copyFileSync(template, file);
  const database = new DatabaseSync(file);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** The last row of a table: where order counts, later rows build on it. */
function lastRow(database: DatabaseSync, table: TableName): Record<string, SQLInputValue> {
  const sql = `SELECT * FROM ${table} ORDER BY ${keyOf(table)} DESC LIMIT 1`;
  return database.prepare(sql).get() as Record<string, SQLInputValue>;
}

function edited(value: SQLInputValue | undefined): SQLInputValue {
  if (typeof value === 'number') return value + 1;
  if (value instanceof Uint8Array) return Uint8Array.from(value, (byte) => byte ^ 1);
  return value === null || value === undefined ? 'x' : `${String(value)} `;
}

interface Refusal {
  /** Whether the store opened all the same, and the row was refused when it was read. */
  readonly isOpened: boolean;
  readonly code: string;
  readonly message: string;
}

/** What comes of opening the store, and then of reading a row both ways; null where nothing was noticed. */
async function refusalOf(table: TableName, key: Key): Promise<Refusal | null> {
  const before = readFileSync(mark);
  try {
    const { store, close } = await storageOver(openSqliteStore(file), identity);
    try {
      const [single, all] = [store.get(table, key), store.list(table, { limit: 1_000 })];
      const [got, listed] = await Promise.allSettled([single, all]);
      if (got.status === 'fulfilled' && listed.status === 'fulfilled') return null;
      const { reason } = (got.status === 'rejected' ? got : listed) as PromiseRejectedResult;
      // A row that one of the two ways gives out is used.
      expect([got.status, listed.status]).toEqual(['rejected', 'rejected']);
      return { isOpened: true, code: reason.code, message: reason.message };
    } finally {
      await close();
    }
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    expect(readFileSync(mark).equals(before)).toBe(true);
    return { isOpened: false, code, message };
  }
}

describe('a store that somebody without the key wrote to', () => {
  test('opens as it is, with rows in every table', async () => {
    const counts = intrude((database) =>
      ALL.map((table) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'])),
    );
    expect(counts.every((count) => count > 0)).toBe(true);
    const { store, close } = await storageOver(openSqliteStore(file), identity);
    for (const table of ALL) expect((await store.list(table, { limit: 1_000 })).length).toBeGreaterThan(0);
    await close();
  });

  test.each(EDITS)('does not use an edited row of %s: %s', async (table, column) => {
    const row = intrude((database) => {
      const found = lastRow(database, table);
      const changed = { ...found, [column]: edited(found[column]) };
      database
        .prepare(`UPDATE ${table} SET ${column} = ? WHERE ${keyOf(table)} = ?`)
        .run(changed[column] as SQLInputValue, found[keyOf(table)] as SQLInputValue);
      return changed;
    });
    const key = row[keyOf(table)] as Key;
    const refusal = await refusalOf(table, key);
    expect(refusal).toMatchObject({ code: 'ERR_WCP_STORE_TAMPERED' });
    // Without its key a seal is no seal at all: it is missing.
    const named = table === 'seals' ? 'store' : key;
    expect(refusal?.message).toContain(`the row ${JSON.stringify(named)} of ${table}`);
  });

  test.each(ALL)('does not use a row of %s that was copied under another key', async (table) => {
    const key = intrude((database) => {
      const found = lastRow(database, table);
      const name = keyOf(table);
      const copy: Record<string, SQLInputValue> = { ...found, [name]: edited(found[name]) };
      // Beside what must be unique, everything is copied, the code included.
      for (const [column] of TABLES[table].unique) {
        if (column !== undefined && column !== name) copy[column] = edited(copy[column]);
      }
      const columns = Object.keys(copy);
      const marks = columns.map(() => '?').join(', ');
      database
        .prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})`)
        .run(...Object.values(copy));
      return copy[name] as Key;
    });
    // Nobody asks for another seal than the one.
    const refusal = await refusalOf(table, key);
    expect(refusal).toMatchObject({ code: 'ERR_WCP_STORE_TAMPERED' });
    expect(refusal?.message).toContain(`the row ${JSON.stringify(key)} of ${table}`);
  });
});

/** The page that says of each table what is noticed. */
const PAGE = readFileSync(new URL('../../../../../docs/hall.md', import.meta.url), 'utf8');
const DOCUMENTED = new Map(
  [...PAGE.matchAll(/^\| `([a-z_]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(
    ([, table, , removed]) => [table as string, (removed as string).trim()] as const,
  ),
);

describe('a removed row', () => {
  test.each(ALL)('of %s is noticed as the documentation says', async (table) => {
    const key = intrude((database) => {
      const found = lastRow(database, table);
      const at = found[keyOf(table)] as SQLInputValue;
      database.prepare(`DELETE FROM ${table} WHERE ${keyOf(table)} = ?`).run(at);
      return at as Key;
    });
    const refusal = await refusalOf(table, key);
    const said = DOCUMENTED.get(table);
    expect(said, `docs/hall.md says nothing of the table ${table}`).toBeDefined();
    expect(refusal === null).toBe(!said?.startsWith('does not start'));
    if (refusal !== null) expect(refusal.message).toContain(table);
  });

  const SUMMED = ALL.filter((table) => TABLES[table].isSummed);
  test.each(SUMMED)('of %s is noticed where it was removed together with the seal of then', async (table) => {
    const [before, after] = [new DatabaseSync(template), join(folder, `later-${table}.db`)];
    const old = before.prepare('SELECT * FROM seals').get() as Record<string, SQLInputValue>;
    before.close();
    copyFileSync(template, after);
    const later = await storageOver(openSqliteStore(after), {
      ...identity,
      mark: join(folder, `later-${table}.json`),
    });
    await later.ledger.append([{ changes: [sampleRow(table, 7)] }]);
    await later.close();
    const database = new DatabaseSync(after);
    database.prepare('UPDATE seals SET document = ?, mac = ?').run(old['document'] ?? '', old['mac'] ?? '');
    database.close();
    await expect(storageOver(openSqliteStore(after), identity)).rejects.toMatchObject({
      code: 'ERR_WCP_STORE_TAMPERED',
      message: expect.stringContaining(`rows of ${table}`),
    });
  });
});
