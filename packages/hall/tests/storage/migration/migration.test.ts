import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inputFor } from '../../support/documents.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { TestHall } from '../../support/test-hall.ts';

const storeOf = (version: number) =>
  gunzipSync(readFileSync(new URL(`./store-v${version}.db.gz`, import.meta.url)));
/** A store that a Hall of version 3 wrote, with the key of this seed: each request in it holds a word and ZEBRA. */
const EARLIER = storeOf(3);
const key = signingKeyFromSeed('11'.repeat(32));
const IDS = {
  plain: '01a22d96-d3e3-7560-87fb-28056ba53f68',
  denied: '01a22d96-d4d4-7566-ba9f-e1ac1ec97954',
  pending: '01a22d96-d566-7354-82dd-8b86233e2f16',
  dead: '01a22d96-d587-70e4-a984-0b7b32b76144',
};

let folder: string;
let file: string;
let hall: TestHall | null = null;
beforeEach(() => {
  folder = tempFolder();
  file = join(folder, 'store.db');
  writeFileSync(file, EARLIER, { mode: 0o600 });
});
afterEach(async () => {
  await hall?.close();
  hall = null;
});

async function opened(): Promise<TestHall> {
  hall = await TestHall.open({ file, key });
  return hall;
}

function filesWith(text: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && readFileSync(path).includes(text);
  });
}

function edit(sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

describe('a store of version 3', () => {
  test('is brought to the present one: everything is there, and nothing of a payload in the clear.', async () => {
    expect(filesWith('ZEBRA')).toEqual(['store.db']);
    const { hall: open, ...test } = await opened();
    const { store } = open.parts.storage;
    const { items } = (await hall?.get('auditor', '/wcp/decisions'))?.json ?? {};
    const texts = items.map(({ input }: { input: { request: { text: string } } }) => input.request.text);
    expect(texts).toEqual(['REQUEST-ZEBRA', 'OTHER-ZEBRA', 'HELD-ZEBRA', 'PENDING-ZEBRA', 'DEAD-ZEBRA']);
    const tenants = (await store.list('decisions')).map(({ tenant_id }) => tenant_id);
    expect(tenants).toEqual(['tenant-a', 'tenant-b', 'tenant-a', 'tenant-a', 'tenant-a']);
    expect((await store.get('approvals', IDS.denied))?.document).toContain('REASON-ZEBRA');
    expect((await store.get('results', IDS.plain))?.document).toContain('REQUEST-ZEBRA');
    expect((await store.get('dead_letters', IDS.dead))?.tenant_id).toBe('tenant-a');
    const events = await store.list('events', { limit: 1000 });
    expect(
      events
        .filter(({ events }) => events?.includes('evt.worker.'))
        .every(({ position }) => position !== null),
    ).toBe(true);
    const notices = await store.list('outbox');
    expect(new Set(notices.map(({ decision_id }) => decision_id))).toEqual(
      new Set([IDS.denied, IDS.pending]),
    );
    expect(test.logged.filter((line) => line.startsWith('error'))).toEqual([]);
    expect(filesWith('ZEBRA')).toEqual([]);
    await hall?.restart();
    await hall?.resolve('steward', IDS.pending, { resolution: 'approve' });
    expect(filesWith('ZEBRA')).toEqual([]);
  });

  test('goes on where it was: a repeated request gets its first answer, a forgotten one is gone.', async () => {
    const { hall: open } = await opened();
    const input = inputFor('tenant-a', { request: { text: 'REQUEST-ZEBRA' }, correlation_id: 'corr-1' });
    const again = await open.dispatch(input, { idempotency_key: 'KEY-ZEBRA' });
    expect(again.decision.decision_id).toBe(IDS.plain);
    expect(await open.forget({ decision_id: IDS.plain })).toMatchObject({ decisions: 1, is_done: true });
    expect((await hall?.get('auditor', `/wcp/decisions/${IDS.plain}`))?.status).toBe(410);
  });

  test.each([
    ['a row that changes', `UPDATE approvals SET state = 'approved' WHERE state = 'pending'`],
    ['a row that is written once', `UPDATE decisions SET input = replace(input, 'ZEBRA', 'HORSE')`],
    ['a row that was removed', 'DELETE FROM dead_letters'],
  ])('in which somebody changed %s is refused, and stays as it was.', async (_, sql) => {
    edit(sql);
    await expect(opened()).rejects.toMatchObject({ code: 'ERR_WCP_STORE_TAMPERED' });
    const database = new DatabaseSync(file);
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 });
    expect(
      database.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name LIKE 'earlier%'").get(),
    ).toEqual({ n: 0 });
    database.close();
  });

  test('whose start ended before the earlier rows were gone from the file is finished by the next one.', async () => {
    await (await opened()).close();
    edit('PRAGMA user_version=-4');
    hall = null;
    const { hall: open } = await opened();
    expect(open.health().troubles).toEqual([]);
    await open.close();
    hall = null;
    const database = new DatabaseSync(file);
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 4 });
    database.close();
  });
});

describe('a copy of a store that is brought up', () => {
  test('is kept where that failed, and gone where it did not.', async () => {
    edit('DELETE FROM dead_letters');
    await expect(opened()).rejects.toMatchObject({ code: 'ERR_WCP_STORE_TAMPERED' });
    const copy = join(folder, 'store.db.before-version-4');
    const database = new DatabaseSync(copy, { readOnly: true });
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 });
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    expect(database.prepare('SELECT count(*) AS n FROM decisions').get()).toEqual({ n: 5 });
    database.close();
    writeFileSync(file, EARLIER);
    await opened();
    expect(existsSync(copy)).toBe(false);
    expect(filesWith('ZEBRA')).toEqual([]);
  });
});

describe('a store of another version', () => {
  test.each([1, 2])(
    'that nothing vouches for is refused, and stays as it was: version %i.',
    async (version) => {
      writeFileSync(file, storeOf(version));
      await expect(opened()).rejects.toMatchObject({
        code: 'ERR_WCP_STORE',
        message: expect.stringContaining('Export its evidence'),
      });
      const database = new DatabaseSync(file, { readOnly: true });
      expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: version });
      expect(database.prepare('SELECT count(*) AS n FROM receipts').get()).toEqual({ n: 3 });
      expect(database.prepare('SELECT count(*) AS n FROM api_keys').get()).toEqual({ n: 1 });
      database.close();
    },
  );

  test.each([5, -5, 1_000])(
    'that is not known is refused, and stays as it was: version %i.',
    async (version) => {
      edit(`PRAGMA user_version=${version}`);
      await expect(opened()).rejects.toMatchObject({
        code: 'ERR_WCP_STORE',
        message: expect.stringContaining('or a newer one'),
      });
      const database = new DatabaseSync(file, { readOnly: true });
      expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: version });
      database.close();
      expect(readdirSync(folder)).not.toContain('store.db.before-version-4');
    },
  );
});
