import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyLog } from '@wcp/evidence';
import type { Receipt } from '@wcp/spec';
import { beforeAll, describe, expect, test } from 'vitest';
import { examineDeployment } from '../../src/deployment/doctor/examine-deployment.ts';
import { partsOf } from '../../src/hall/create-hall.ts';
import { archiveEvidence, openLogKeys } from '../../src/index.ts';
import { hasPostgres, type PostgresServer, startPostgres } from '../support/postgres-server.ts';
import { findingsOf, folderOf, GREETING, open, read } from './support.ts';

const settings = (schema: string) => ({
  'server.json': { store: { postgres: { url_env: 'DATABASE', schema, connect_timeout_ms: 1_000 } } },
});

describe.runIf(hasPostgres)('a Hall whose store is in PostgreSQL', () => {
  let server: PostgresServer;
  let env: Record<string, string>;
  beforeAll(async () => {
    server = await startPostgres();
    env = { DATABASE: server.url };
  });

  test('It decides, keeps its evidence through a restart, and has no file of a store.', async () => {
    const dir = folderOf(settings('kept'));
    const first = await open(dir, { env });
    // A folder with a `server.json` gets no example: the request is denied.
    expect((await first.hall.dispatch(GREETING)).decision.denied).toBe(true);
    await first.close();
    const { hall, said } = await open(dir, { env });
    await hall.dispatch(GREETING);
    expect(said.filter((line) => line.includes('missing'))).toEqual([]);
    expect(() => read(dir, 'store.db')).toThrow('ENOENT');
    const rows = await partsOf(hall).storage.store.list('receipts', { limit: 1_000 });
    const receipts = rows.map(({ receipt }) => JSON.parse(receipt) as Receipt);
    expect(receipts.filter(({ kind }) => kind === 'decision')).toHaveLength(2);
    const { origin } = hall.log;
    const first_key = hall.log.keys()[0]?.public_key;
    const checkpoints = [await hall.log.checkpoint()];
    expect(verifyLog({ receipts, checkpoints, origin, first_key }).findings).toEqual([]);
  });

  test('The doctor says how the database is, and whether a Hall has it open.', async () => {
    const dir = folderOf(settings('doctored'));
    const said = async (from = env) => {
      const checks = await examineDeployment(dir, { env: from });
      return checks
        .filter(({ name }) => name === 'store')
        .map(({ status, message }) => `${status}: ${message}`);
    };
    expect(await said()).toEqual([expect.stringMatching(/^ok: .* made at the first start/)]);
    const { close } = await open(dir, { env });
    expect(await said()).toEqual([expect.stringMatching(/^ok: A Hall has the database open/)]);
    await close();
    expect(await said()).toEqual([expect.stringMatching(/^ok: .* no Hall uses it/)]);
    const away = { DATABASE: 'postgres://somebody:hunter2@127.0.0.1:1/none' };
    expect(await said(away)).toEqual([expect.stringMatching(/^fail: The database cannot be reached/)]);
  });

  test('What works on a file alone is refused, with what to do instead.', async () => {
    const dir = folderOf(settings('files'));
    const { hall, close } = await open(dir, { env });
    const refusal = { findings: [{ code: 'STORE_IN_DATABASE', message: expect.stringContaining('--url') }] };
    const at = '2026-01-01T00:00:00.000Z';
    await expect(openLogKeys(dir, { env })).rejects.toMatchObject(refusal);
    await expect(archiveEvidence(dir, { env, before: { position: 1 }, at })).rejects.toMatchObject(refusal);
    await expect(partsOf(hall).storage.copyTo(join(dir, 'copy.db'))).rejects.toMatchObject({
      message: expect.stringContaining('no store in a file'),
    });
    const { signing_key_id } = hall.log;
    await hall.log.rotateKey();
    expect(hall.log.signing_key_id).not.toBe(signing_key_id);
    await close();
    expect((await open(dir, { env })).hall.log.keys()).toHaveLength(2);
  });

  test('A row that was changed in the database is noticed, and the Hall does not start.', async () => {
    const dir = folderOf(settings('changed'));
    await (await open(dir, { env })).close();
    server.run("UPDATE changed.api_keys SET document = replace(document, 'tenant', 'admin')");
    expect(await findingsOf(dir, { env })).toMatchObject([{ code: 'STORE_TAMPERED' }]);
  });

  test('A database that was set back to an earlier state is noticed, and the Hall does not start.', async () => {
    const dir = folderOf(settings('earlier'));
    const first = await open(dir, { env });
    await first.hall.dispatch(GREETING);
    await first.close();
    const mark = readFileSync(join(dir, 'keys/high-water-mark.json'), 'utf8');
    server.run('CREATE DATABASE copy TEMPLATE postgres');
    const second = await open(dir, { env });
    await second.hall.dispatch(GREETING);
    await second.close();
    expect(readFileSync(join(dir, 'keys/high-water-mark.json'), 'utf8')).not.toBe(mark);
    const earlier = { DATABASE: server.url.replace('/postgres?', '/copy?') };
    expect(await findingsOf(dir, { env: earlier })).toMatchObject([
      { message: expect.stringContaining('older than the high-water mark') },
    ]);
  });

  test('Evidence without its key gets no new key.', async () => {
    const dir = folderOf(settings('keyless'));
    await (await open(dir, { env })).close();
    renameSync(join(dir, 'keys/hall-key.pem'), join(dir, 'elsewhere.pem'));
    expect(await findingsOf(dir, { env })).toMatchObject([{ code: 'KEY_MISSING' }]);
    rmSync(join(dir, 'keys'), { recursive: true });
    expect(await findingsOf(dir, { env })).toMatchObject([{ code: 'KEY_MISSING' }]);
  });

  test('A database that cannot be reached stops the start, and nothing of its address is said.', async () => {
    const dir = folderOf(settings('away'));
    const away = { DATABASE: 'postgres://somebody:hunter2@127.0.0.1:1/none' };
    const findings = await findingsOf(dir, { env: away });
    expect(findings).toMatchObject([{ code: 'STORE_UNUSABLE', message: expect.stringContaining('reached') }]);
    expect(JSON.stringify(findings)).not.toMatch(/hunter2|somebody/);
  });
});

test('The address of the database may be in a file, as containers get their secrets.', async () => {
  const dir = folderOf({ 'server.json': { store: { postgres: { url_env: 'DATABASE' } } } });
  const said = async (file: string) => await findingsOf(dir, { env: { DATABASE_FILE: join(dir, file) } });
  expect(await said('none')).toMatchObject([{ path: '/store/postgres/url_env', code: 'FILE_UNREADABLE' }]);
  writeFileSync(join(dir, 'address'), 'mysql://u:hunter2@h/d\n');
  expect(await said('address')).toMatchObject([{ code: 'ADDRESS_INVALID' }]);
  writeFileSync(join(dir, 'address'), 'postgres://somebody:hunter2@127.0.0.1:1/none\n');
  expect(await said('address')).toMatchObject([{ message: expect.stringContaining('cannot be reached') }]);
});

test('What is wrong with the database of server.json is found at once.', async () => {
  const dir = folderOf({
    'server.json': { store: { postgres: { url_env: 'NOWHERE', ca_file: 'none.pem' } } },
  });
  expect((await findingsOf(dir)).map(({ path, code }) => [path, code])).toEqual([
    ['/store/postgres/ca_file', 'FILE_UNREADABLE'],
    ['/store/postgres/url_env', 'VARIABLE_MISSING'],
  ]);
  writeFileSync(join(dir, 'none.pem'), 'x');
  expect(await findingsOf(dir, { env: { NOWHERE: 'mysql://u:hunter2@h/d' } })).toMatchObject([
    {
      path: '/store/postgres/url_env',
      code: 'ADDRESS_INVALID',
      message: expect.not.stringContaining('hunter2'),
    },
  ]);
});
