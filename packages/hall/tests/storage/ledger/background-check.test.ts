import { cpSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openFileStorage } from '../../../src/storage/evidence/storage-client.ts';
import { type OpenLedger, openLedger } from '../../../src/storage/ledger/ledger.ts';
import { openSqliteStore } from '../../../src/storage/store/sqlite-store.ts';
import { StoreUnavailable } from '../../../src/storage/store/store-unavailable.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { waitFor } from '../../support/wait-for.ts';
import { filesIn, writeLog } from '../archive/sample-log.ts';

const SIZE = 2_500;
/** More than are read at the start. */
const CHAINS = 2_100;
let template: string;
let folder: string;
beforeAll(async () => {
  template = tempFolder();
  await writeLog(template, SIZE);
  const { file, identity } = filesIn(template);
  const store = openSqliteStore(file);
  const ledger = await openLedger(store, identity);
  const rows = Array.from({ length: CHAINS }, (_, index) => ({
    chain: `chain-${String(index).padStart(5, '0')}`,
    blast_score: 1,
    dispatches: 1,
  }));
  await ledger.append(rows.map((row) => ({ changes: [{ put: 'chains', row }] })));
  await ledger.close();
  await store.close();
}, 120_000);
beforeEach(() => {
  folder = tempFolder();
  cpSync(template, folder, { recursive: true });
});

/** Changes the file as somebody does who has no key. */
function intrude(sql: string): void {
  const database = new DatabaseSync(filesIn(folder).file);
  database.exec(sql);
  database.close();
}

async function opened<R>(work: (ledger: OpenLedger) => Promise<R>): Promise<R> {
  const { file, identity } = filesIn(folder);
  const store = openSqliteStore(file);
  try {
    const ledger = await openLedger(store, identity);
    return await work(ledger).finally(() => ledger.close());
  } finally {
    await store.close();
  }
}

const chain = (index: number, blast_score: number) => ({
  put: 'chains' as const,
  row: { chain: `chain-${String(index).padStart(5, '0')}`, blast_score, dispatches: 1 },
});

describe('what is checked while the store is used', () => {
  it('is the large tables, then the log, and nothing is found in a store that nobody changed', async () => {
    await opened(async ({ check, sealed }) => {
      expect(sealed.pending).toEqual(['chains']);
      expect(check.progress).toMatchObject({ state: 'running', checked: 0, of: SIZE });
      await check.finish();
      expect(check.progress).toEqual({ state: 'done', checked: SIZE, of: SIZE, finding: null });
    });
  });

  it('holds for rows that are changed, added and removed meanwhile, before and behind where it reads', async () => {
    await opened(async (ledger) => {
      const { sealed, check } = ledger;
      for (let step = 0; step < 10; step += 1) await sealed.scan();
      await ledger.append([{ changes: [chain(3, 9), chain(2_000, 9), chain(99_999, 1)] }]);
      await ledger.append([
        {
          changes: [
            { remove: 'chains', key: 'chain-00005' },
            { remove: 'chains', key: 'chain-01900' },
          ],
        },
      ]);
      await ledger.append([
        {
          changes: [
            chain(3, 10),
            { put: 'chains', row: { chain: 'chain-00000a', blast_score: 1, dispatches: 1 } },
          ],
        },
      ]);
      await check.finish();
      expect(check.progress.state).toBe('done');
    });
    await opened(async ({ check }) => {
      await check.finish();
      expect(check.progress.state).toBe('done');
    });
  });

  it.each([
    [
      'a row of a large table that is missing',
      "DELETE FROM chains WHERE chain = 'chain-02050'",
      'rows of chains',
    ],
    [
      'a row of a large table that was edited',
      "UPDATE chains SET blast_score = 0 WHERE chain = 'chain-02050'",
      'chain-02050',
    ],
    [
      'a receipt that was edited',
      "UPDATE receipts SET receipt = replace(receipt, 'ALLOW', 'DENY') WHERE position = 5",
      'the row 5 of receipts',
    ],
    ['a receipt that is missing', 'DELETE FROM receipts WHERE position = 5', 'the row 5 of receipts'],
    ['a decision that is missing', 'DELETE FROM decisions WHERE position = 4', 'the row 4 of decisions'],
    [
      'a node of the tree that was replaced',
      'UPDATE nodes SET (hash, mac) = (SELECT hash, mac FROM nodes ORDER BY place DESC LIMIT 1) WHERE place = (SELECT min(place) FROM nodes)',
      'of nodes',
    ],
  ])('finds %s, and nothing is stored any more', async (_, sql, named) => {
    intrude(sql);
    await opened(async (ledger) => {
      await ledger.check.finish();
      const { state, finding } = ledger.check.progress;
      expect(state).toBe('failed');
      expect(finding).toContain(named);
      const refused = { code: 'ERR_WCP_STORE_TAMPERED' };
      await expect(ledger.append([{ changes: [chain(1, 1)] }])).rejects.toMatchObject(refused);
      await expect(ledger.checkpoint('2026-01-02T00:00:00.000Z')).rejects.toMatchObject(refused);
    });
  });

  it('A granting table is read whole before the start, however long it is.', async () => {
    await opened(async (ledger) => {
      const rows = Array.from({ length: CHAINS }, (_, index) => ({
        id: `key-${index}`,
        state: 'active',
        at: '',
        document: '{}',
      }));
      await ledger.append(rows.map((row) => ({ changes: [{ put: 'api_keys', row }] })));
    });
    intrude("DELETE FROM api_keys WHERE id = 'key-7'");
    await expect(opened(async () => {})).rejects.toMatchObject({
      code: 'ERR_WCP_STORE_TAMPERED',
      message: expect.stringContaining('api_keys'),
    });
  });

  it('A store of an earlier version, whose seal holds no sums, is read whole once, and so is one whose sums are others.', async () => {
    const withoutSums = "UPDATE seals SET document = json_remove(document, '$.sums')";
    const withOthers = "UPDATE seals SET document = json_set(document, '$.sums.chains', printf('%064x', 1))";
    for (const sql of [withoutSums, withOthers]) {
      intrude(sql);
      expect(await opened(async ({ sealed }) => sealed.pending)).toEqual([]);
    }
    intrude(`${withoutSums}; DELETE FROM chains WHERE chain = 'chain-02050'`);
    await expect(opened(async () => {})).rejects.toMatchObject({
      code: 'ERR_WCP_STORE_TAMPERED',
      message: expect.stringContaining('chains'),
    });
  });

  it('takes a step again whose rows could not be read because the database was away, and finds what it would have', async () => {
    for (const [sql, state] of [
      ['SELECT 1', 'done'],
      [
        'UPDATE nodes SET (hash, mac) = (SELECT hash, mac FROM nodes ORDER BY place DESC LIMIT 1) WHERE place = (SELECT min(place) FROM nodes)',
        'failed',
      ],
      ["UPDATE chains SET blast_score = 0 WHERE chain = 'chain-02050'", 'failed'],
    ] as const) {
      intrude(sql);
      const { file, identity } = filesIn(folder);
      const store = openSqliteStore(file);
      let [isFlaky, asked, away] = [false, 0, 0];
      const flaky = new Proxy(store, {
        get: (target, name) => {
          const member = Reflect.get(target, name);
          if (typeof member !== 'function') return member;
          const method = member.bind(target);
          if (name !== 'get' && name !== 'list') return method;
          return async (...args: unknown[]) => {
            if (isFlaky) asked += 1;
            // Every one of them is away now and then, also the reading of a node.
            if (asked % 97 === 5) {
              away += 1;
              throw new StoreUnavailable('The database cannot be reached.', null);
            }
            return method(...args);
          };
        },
      });
      const ledger = await openLedger(flaky, identity);
      isFlaky = true;
      while (ledger.check.progress.state === 'running') {
        await ledger.check.finish().catch((error) => expect(error).toBeInstanceOf(StoreUnavailable));
      }
      isFlaky = false;
      expect(ledger.check.progress.state).toBe(state);
      expect(away).toBeGreaterThan(0);
      await ledger.close();
      await store.close();
    }
  });

  it('goes on by itself in the thread of a store', async () => {
    const { file, identity } = filesIn(folder);
    const storage = await openFileStorage(file, identity);
    try {
      const isDone = async () => (await storage.ledger.storeCheck()).state === 'done';
      await waitFor('the end of the check', isDone, 30_000);
      expect(await storage.ledger.storeCheck()).toMatchObject({ checked: SIZE, of: SIZE });
    } finally {
      await storage.close();
    }
  });
});
