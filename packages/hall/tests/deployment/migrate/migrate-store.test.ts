import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { verifyLog } from '@wcp/evidence';
import type { Receipt } from '@wcp/spec';
import { beforeAll, describe, expect, test } from 'vitest';
import { partsOf } from '../../../src/hall/create-hall.ts';
import { DeploymentError, type Hall, migrateStore } from '../../../src/index.ts';
import { openPostgresStore } from '../../../src/storage/postgres/postgres-store.ts';
import { openSqliteStore } from '../../../src/storage/store/sqlite-store.ts';
import type { Store, TableName } from '../../../src/storage/store/store.ts';
import { TABLES } from '../../../src/storage/store/tables.ts';
import { hasPostgres, type PostgresServer, startPostgres } from '../../support/postgres-server.ts';
import { GREETING, open, read, scratch, write } from '../support.ts';

const BUDGET = {
  ...{ budget_id: 'greetings', scope: {}, unit: 'calls', limit: 8 },
  window_seconds: 31_536_000,
};
const HELD = { ...GREETING, data_label: 'RESTRICTED', correlation_id: 'held' };
const OTHER = { ...GREETING, tenant_id: 'agent.other', correlation_id: 'other' };
const MOST = 1_000_000;

/** A Hall to which much has happened: rotations, a hold, a budget, a freeze, a forgotten tenant. */
async function livedFolder(): Promise<string> {
  const dir = join(scratch(), 'hall');
  await (await open(dir, { keys: 'none' })).close();
  const config = JSON.parse(read(dir, 'hall.json'));
  const allowed_tenants = ['agent.example', 'agent.other'];
  write(dir, 'hall.json', { ...config, allowed_tenants, 'x.budgets': [BUDGET] });
  const { hall, close } = await open(dir, { keys: 'none' });
  for (const input of [GREETING, OTHER, HELD]) await hall.dispatch(input);
  await hall.log.rotateKey();
  await hall.log.checkpoint();
  for (let at = 0; at < 3; at += 1) await hall.dispatch({ ...GREETING, correlation_id: `c-${at}` });
  await hall.log.rotateKey();
  await hall.forget({ tenant_id: 'agent.other' });
  await hall.identity.keys.create({
    label: 'x',
    roles: ['tenant'],
    tenant_id: 'agent.example',
    authority: null,
  });
  await close();
  return dir;
}

/** Every row of every table, with its code, as it is stored. */
async function rowsOf(store: Store): Promise<Record<string, unknown[]>> {
  const rows: Record<string, unknown[]> = {};
  for (const table of Object.keys(TABLES) as TableName[]) {
    const found = await store.list(table, { limit: MOST });
    rows[table] = found.map((row) =>
      Object.entries(row)
        .map(([name, value]) => [
          name,
          value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
        ])
        .sort(),
    );
  }
  await store.close();
  return rows;
}

async function evidenceOf(hall: Hall) {
  const checkpoints = [await hall.log.checkpoint()];
  const { store } = partsOf(hall).storage;
  const rows = await store.list('receipts', { limit: MOST });
  const receipts = rows.map(({ receipt }) => JSON.parse(receipt) as Receipt);
  const first_key = hall.log.keys()[0]?.public_key;
  expect(verifyLog({ receipts, checkpoints, origin: hall.log.origin, first_key }).findings).toEqual([]);
  return { receipts, payloads: (await store.list('decisions', { limit: MOST })).map(({ input }) => input) };
}

async function refusalOf(moving: Promise<unknown>): Promise<string> {
  const error = await moving.then(
    () => null,
    (refused: unknown) => refused,
  );
  if (!(error instanceof DeploymentError)) throw error ?? new Error('It was moved.');
  return error.findings.map(({ code, message }) => `${code}: ${message}`).join('\n');
}

describe.runIf(hasPostgres)('the store of a Hall that is moved', { timeout: 120_000 }, () => {
  let server: PostgresServer;
  let env: Record<string, string>;
  beforeAll(async () => {
    server = await startPostgres();
    env = { DATABASE: server.url };
  });
  const database = (schema: string) => ({ url_env: 'DATABASE', schema, connect_timeout_ms: 1_000 });

  test('into a database has the same rows and codes there, and a Hall goes on with all of it.', async () => {
    const dir = await livedFolder();
    const file = join(dir, 'store.db');
    const before = await rowsOf(openSqliteStore(file));
    const first = await open(dir, { keys: 'none' });
    const earlier = await evidenceOf(first.hall);
    await first.close();
    const stored = await rowsOf(openSqliteStore(file));
    expect(Object.keys(before)).toEqual(Object.keys(stored));
    const settings = { url: server.url, schema: 'moved' };
    const moved = await migrateStore(dir, {
      to: 'postgres',
      database: database('moved'),
      writes: true,
      env,
    });
    expect(moved).toMatchObject({ size: earlier.receipts.length, is_written: true });
    expect(await rowsOf(openSqliteStore(file))).toEqual(stored);
    expect(await rowsOf(await openPostgresStore(settings))).toEqual(stored);
    expect(moved.tables['meta']).toBeGreaterThan(0);
    expect(JSON.parse(read(dir, 'server.json')).store).toEqual({ postgres: database('moved') });
    renameSync(file, `${file}.moved`);

    const { hall, said, close } = await open(dir, { keys: 'none', env });
    expect(said.filter((line) => line.includes('missing'))).toEqual([]);
    const { receipts, payloads } = await evidenceOf(hall);
    expect(receipts.slice(0, earlier.receipts.length)).toEqual(earlier.receipts);
    expect(payloads).toEqual(earlier.payloads);
    expect(payloads.filter((input) => input === null)).toHaveLength(1);
    const [hold] = await partsOf(hall).storage.store.list('approvals', { where: { state: 'pending' } });
    await hall.withdraw(hold?.id as string);
    // Three greetings are left of the budget: five were counted before.
    const outcomes: string[] = [];
    for (let at = 0; at < 6; at += 1) {
      const { decision } = await hall.dispatch({ ...GREETING, correlation_id: `later-${at}` });
      outcomes.push(decision.denied ? 'denied' : 'done');
    }
    expect(outcomes.filter((each) => each === 'done').length).toBeLessThan(6);
    expect(outcomes.at(-1)).toBe('denied');
    await hall.log.rotateKey();
    const after = await evidenceOf(hall);
    await close();

    // And back: what happened in the database is in the file.
    const returned = await migrateStore(dir, { to: 'sqlite', writes: true, env });
    expect(returned).toMatchObject({ to: 'sqlite', store: null, is_written: true });
    expect(JSON.parse(read(dir, 'server.json')).store).toBeUndefined();
    const back = await open(dir, { keys: 'none' });
    const last = await evidenceOf(back.hall);
    expect(last.receipts.slice(0, after.receipts.length)).toEqual(after.receipts);
  });

  test('that is left, and used in spite of it, is older than the high-water mark.', async () => {
    const dir = await livedFolder();
    await migrateStore(dir, { to: 'postgres', database: database('left'), writes: true, env });
    const { hall, close } = await open(dir, { keys: 'none', env });
    await hall.dispatch(GREETING);
    await close();
    const { store: _, ...others } = JSON.parse(read(dir, 'server.json'));
    write(dir, 'server.json', others);
    await expect(open(dir, { keys: 'none' })).rejects.toThrow('older than the high-water mark');
  });

  test('stays where it is while a Hall runs, where the target holds anything, and where no database is named.', async () => {
    const dir = await livedFolder();
    const to = 'postgres' as const;
    const moving = (schema: string, more = {}) =>
      refusalOf(migrateStore(dir, { to, database: database(schema), env, ...more }));
    expect(await refusalOf(migrateStore(dir, { to, env }))).toContain('No database is named');
    expect(await refusalOf(migrateStore(dir, { to: 'sqlite', env }))).toContain('names none');
    expect(await moving('x', { env: {} })).toContain('DATABASE is not set');
    expect(await moving('Not A Name')).toContain('schema must be');
    server.run('CREATE SCHEMA foreign_one; CREATE TABLE foreign_one.x (y int)');
    expect(await moving('foreign_one')).toContain('not those of a Hall');
    await (await openPostgresStore({ url: server.url, schema: 'taken' })).close();
    expect(await moving('taken')).toContain('already holds the store of a Hall');
    const running = await open(dir, { keys: 'none' });
    expect(await moving('y')).toContain('STORE_UNUSABLE');
    await running.close();
    const away = { DATABASE: 'postgres://somebody:hunter2@127.0.0.1:1/none' };
    const refusal = await moving('y', { env: away });
    expect(refusal).toContain('cannot be reached');
    expect(refusal).not.toMatch(/hunter2|somebody/);
    expect(server.run("SELECT count(*) FROM pg_namespace WHERE nspname IN ('x', 'y')")).toBe('0');
    expect(() => readFileSync(join(dir, 'server.json.tmp'))).toThrow('ENOENT');
    await (await open(dir, { keys: 'none' })).close();
  });

  test('with a row that was changed is not moved, and no Hall opens what was copied of it.', async () => {
    const dir = await livedFolder();
    const file = join(dir, 'store.db');
    const changed = new DatabaseSync(file);
    changed.exec("UPDATE events SET tenant_id = 'somebody' WHERE id = (SELECT min(id) FROM events)");
    changed.close();
    const moving = () => refusalOf(migrateStore(dir, { to: 'postgres', database: database('bad'), env }));
    expect(await moving()).toMatch(/STORE_TAMPERED.*events/);
    await expect(openPostgresStore({ url: server.url, schema: 'bad' })).rejects.toThrow('is incomplete');
    // Another store must not replace it.
    const other = await livedFolder();
    const refusal = await refusalOf(migrateStore(other, { to: 'postgres', database: database('bad'), env }));
    expect(refusal).toContain('Another store is being moved');
  });

  test('with a row that was changed in the database before it was complete is found.', async () => {
    const dir = await livedFolder();
    const report = (step: string) => {
      if (step !== 'checking') return;
      server.run("UPDATE meddled.events SET tenant_id = 'somebody'");
    };
    const moving = migrateStore(dir, { to: 'postgres', database: database('meddled'), env, report });
    expect(await refusalOf(moving)).toMatch(/STORE_TAMPERED/);
    const removing = (step: string) => {
      if (step === 'checking') server.run('DELETE FROM meddled.events');
    };
    const again = { to: 'postgres', database: database('meddled'), env } as const;
    expect(await refusalOf(migrateStore(dir, { ...again, report: removing }))).toMatch(/STORE_TAMPERED/);
    // And then, left alone, it is moved: what was copied before is removed first.
    expect((await migrateStore(dir, again)).is_written).toBe(false);
    expect(await refusalOf(migrateStore(dir, again))).toContain('moved earlier');
    rmSync(join(dir, 'server.json'));
  });
});
