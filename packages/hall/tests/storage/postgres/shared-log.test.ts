import { setTimeout as pause } from 'node:timers/promises';
import { generateSigningKey, verifyLog } from '@wcp/evidence';
import { expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../../src/storage/ledger/entry.ts';
import { type OpenLedger, openLedger } from '../../../src/storage/ledger/ledger.ts';
import { openPostgresStore } from '../../../src/storage/postgres/postgres-store.ts';
import { hasPostgres, type PostgresServer, startPostgres } from '../../support/postgres-server.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { plainEntry } from '../ledger/plain-entry.ts';

const key = generateSigningKey();
const ORIGIN = 'hall.example/shared';
const CHAIN = '["tenant-a","hot"]';
let server: PostgresServer | null = null;
let schemas = 0;

/** So many ledgers over one schema, each with connections of its own, as so many Halls have them. */
async function openMany(count: number) {
  server ??= await startPostgres();
  schemas += 1;
  const settings = { url: server.url, schema: `shared_${schemas}`, shared: true };
  const identity = { key, origin: ORIGIN, data_keys: tempFolder() };
  const ledgers: OpenLedger[] = [];
  for (let index = 0; index < count; index += 1) {
    const store = await openPostgresStore(settings);
    const ledger = await openLedger(store, identity);
    ledgers.push(ledger);
    onTestFinished(async () => {
      await ledger.close();
      await store.close();
    });
  }
  return { ledgers, settings, identity };
}

async function checkLog({ store }: OpenLedger, count: number): Promise<void> {
  const rows = await store.list('receipts', { limit: count + 1 });
  const receipts = rows.map(({ receipt }) => JSON.parse(receipt));
  expect(receipts).toHaveLength(count);
  expect(rows.map(({ position }) => position)).toEqual([...rows.keys()]);
  expect(verifyLog({ receipts, keys: { [key.keyId]: key.publicKey } }).findings).toEqual([]);
}

const spend = (dispatches: number, commit: number): Entry => ({
  ...plainEntry('tenant-a'),
  changes: [{ put: 'chains', row: { chain: CHAIN, blast_score: 0, dispatches } }],
  basis: { commit, reads: [], entries: 1 },
});

test.runIf(hasPostgres)(
  'Several Halls write one log without a gap, and each of them goes on where the others left it.',
  async () => {
    const { ledgers, settings, identity } = await openMany(3);
    const [first] = ledgers as [OpenLedger];
    const written = ledgers.map(async (ledger, index) => {
      for (let round = 0; round < 20; round += 1) {
        await ledger.append(
          Array.from({ length: 1 + (round % 7) }, (_, at) => plainEntry(`stream-${(index + at) % 4}`)),
        );
      }
    });
    await Promise.all(written);
    for (const ledger of ledgers) await ledger.append([plainEntry('last')]);
    const rounds = Array.from({ length: 20 }, (_, round) => 1 + (round % 7));
    await checkLog(first, 3 * rounds.reduce((sum, each) => sum + each) + 3);
    const again = await openLedger(await openPostgresStore(settings), identity);
    const [last] = await Promise.all([again.head(), ledgers.at(-1)?.head()]);
    expect(await ledgers.at(-1)?.head()).toEqual(last);
    await again.check.finish();
    expect(again.check.progress.state).toBe('done');
    await again.close();
    await again.store.close();
  },
);

test.runIf(hasPostgres)(
  'A row that another Hall has changed is not overwritten: of those who count it, each counts once.',
  async () => {
    const { ledgers } = await openMany(3);
    let outdated = 0;
    const rounds = ledgers.map(async (ledger) => {
      for (let counted = 0; counted < 25; ) {
        const { commit } = await ledger.others(Number.MAX_SAFE_INTEGER).then(() => ledger.others(0));
        const known = (await ledger.store.get('chains', CHAIN))?.dispatches ?? 0;
        const [appended] = await ledger.append([spend(known + 1, commit)]);
        if (appended?.refused !== undefined) outdated += 1;
        else counted += 1;
      }
    });
    await Promise.all(rounds);
    const [first] = ledgers as [OpenLedger];
    expect((await first.store.get('chains', CHAIN))?.dispatches).toBe(75);
    expect(outdated).toBeGreaterThan(0);
    await checkLog(first, 75);
  },
);

test.runIf(hasPostgres)(
  'Whoever reads a whole table is overtaken by any change of it, others are not.',
  async () => {
    const { ledgers } = await openMany(2);
    const [one, two] = ledgers as [OpenLedger, OpenLedger];
    const basis = { commit: 0, reads: [{ table: 'freezes' as const }], entries: 2 };
    const freeze = { id: 'f', state: 'active', at: '2026-01-02T00:00:00.000Z', document: '{}' };
    await two.append([{ changes: [{ put: 'freezes', row: freeze }] }]);
    const entries = [{ ...plainEntry('a'), basis }, plainEntry('b'), plainEntry('c')];
    const appended = await one.append(entries);
    expect(appended.map(({ refused, position }) => [refused ?? null, position])).toEqual([
      ['outdated', null],
      ['outdated', null],
      [null, 0],
    ]);
    const { commit, rows } = await one.others(0);
    expect(rows).toContainEqual({ table: 'freezes', key: 'f' });
    const again = await one.append(
      entries.map((entry) => ({ ...entry, basis: { ...basis, commit, entries: 1 } })),
    );
    expect(again.map(({ position }) => position)).toEqual([1, 2, 3]);
  },
);

test.runIf(hasPostgres)(
  'A Hall that is stopped in its turn loses it, and the others go on.',
  async () => {
    const { ledgers } = await openMany(2);
    const [one, two] = ledgers as [OpenLedger, OpenLedger];
    let isInTurn = () => {};
    const inTurn = new Promise<void>((resolve) => {
      isInTurn = resolve;
    });
    let goOn = () => {};
    const stopped = one.appendAt(async () => {
      isInTurn();
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return [plainEntry('late')];
    });
    await inTurn;
    // Until the server ends the turn of the one that is stopped.
    await two.append([plainEntry('a')]);
    goOn();
    await expect(stopped).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
    await pause(0);
    await one.append([plainEntry('b')]);
    await checkLog(two, 2);
  },
  60_000,
);

test.runIf(hasPostgres)(
  'A Hall that shares its schema and one that does not keep each other out.',
  async () => {
    const { settings } = await openMany(1);
    const alone = { ...settings, shared: false, connect_timeout_ms: 300 };
    await expect(openPostgresStore(alone)).rejects.toMatchObject({
      message: expect.stringContaining('in use'),
    });
  },
);

test.runIf(hasPostgres)(
  'Whoever changes in the database what others are said to have done, without the key, is noticed.',
  async () => {
    const edits = [
      `UPDATE SCHEMA.commits SET rows = '{}' WHERE no = (SELECT max(no) FROM SCHEMA.commits)`,
      `UPDATE SCHEMA.commits SET rows = (SELECT rows FROM SCHEMA.commits ORDER BY no LIMIT 1), code = (SELECT code FROM SCHEMA.commits ORDER BY no LIMIT 1) WHERE no = (SELECT max(no) FROM SCHEMA.commits)`,
      `UPDATE SCHEMA.commits SET hall = (SELECT hall FROM SCHEMA.commits ORDER BY no LIMIT 1) WHERE no = (SELECT max(no) FROM SCHEMA.commits)`,
    ];
    for (const edit of edits) {
      const { ledgers, settings } = await openMany(2);
      const [one, two] = ledgers as [OpenLedger, OpenLedger];
      await one.append([spend(1, 0)]);
      const { commit } = await one.others(null);
      await two.append([plainEntry('x')]);
      const freeze = { id: 'f', state: 'active', at: '2026-01-02T00:00:00.000Z', document: '{}' };
      await two.append([{ changes: [{ put: 'freezes', row: freeze }] }]);
      server?.run(edit.replaceAll('SCHEMA', settings.schema));
      const tampered = { code: 'ERR_WCP_STORE_TAMPERED', message: expect.stringContaining('commits') };
      await expect(one.others(commit)).rejects.toMatchObject(tampered);
      await expect(one.append([plainEntry('y')])).rejects.toMatchObject(tampered);
    }
    // What is removed is not known any more: everything is read anew.
    const { ledgers, settings } = await openMany(2);
    const [one, two] = ledgers as [OpenLedger, OpenLedger];
    const { commit } = await one.others(null);
    for (const name of ['a', 'b']) await two.append([plainEntry(name)]);
    server?.run(
      `DELETE FROM ${settings.schema}.commits WHERE no = (SELECT min(no) FROM ${settings.schema}.commits)`,
    );
    expect((await one.others(commit)).rows).toBeNull();
  },
);
