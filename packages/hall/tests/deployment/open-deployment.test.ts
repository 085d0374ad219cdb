import { chmodSync, copyFileSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { signingKeyFromPem } from '@wcp/evidence';
import { describe, expect, it } from 'vitest';
import { createDeployment } from '../../src/deployment/create/create-deployment.ts';
import { partsOf } from '../../src/hall/create-hall.ts';
import { findingsOf, folderOf, GREETING, open, problemFrom, read, scratch, until, write } from './support.ts';

const FILES = [
  'rules.json',
  'hall.json',
  'server.json',
  'workers/hello/worker.mjs',
  'workers/hello/registry_record.json',
  'workers/hello/manifest.json',
  'keys/org.example.pem',
  'keys/hall-key.pem',
];

describe('a Hall in an empty folder', () => {
  it('A Hall in an empty folder makes an example that dispatches, the signing key, and one key for each role.', async () => {
    const dir = scratch();
    const { hall, made, url } = await open(dir);
    expect(url).toBeNull();
    expect(made.files).toEqual(FILES);
    expect(made.keys.map(({ role, tenant_id }) => [role, tenant_id])).toEqual([
      ['admin', null],
      ['tenant', 'agent.example'],
      ['steward', null],
    ]);
    const answer = await hall.dispatch(GREETING);
    expect(answer.result?.result).toEqual({ greeting: 'Hello, Ada!' });
    expect(answer.outcome_receipt?.outcome?.status).toBe('ok');
    expect(partsOf(hall).activeWorld.rejected).toEqual([]);
  });

  it('The signing key is readable by its owner only, and signs.', async () => {
    const dir = scratch();
    const { hall } = await open(dir);
    expect(statSync(join(dir, 'keys/hall-key.pem')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'keys/org.example.pem')).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dir, 'keys'))).toEqual([
      'data',
      'hall-key.pem',
      'high-water-mark.json',
      'org.example.pem',
      'store-key.json',
    ]);
    const key = signingKeyFromPem(read(dir, 'keys/hall-key.pem'));
    expect((await hall.dispatch(GREETING)).receipt.signing_key_id).toBe(key.keyId);
  });

  it('A new Hall has a name of its own, so that what is signed for it is not valid elsewhere.', async () => {
    const [one, other] = [await open(scratch()), await open(scratch())];
    expect(one.hall.log.origin).toMatch(/^localhost\/wcp-[0-9a-f]{8}$/);
    expect(other.hall.log.origin).not.toBe(one.hall.log.origin);
  });

  it('Keys, evidence and workers survive a restart, and nothing is created again.', async () => {
    const dir = scratch();
    const first = await open(dir);
    const { receipt } = await first.hall.dispatch(GREETING);
    await first.close();
    const { hall, made } = await open(dir);
    expect(made).toEqual({ files: [], keys: [] });
    const admin = first.made.keys.find(({ role }) => role === 'admin')?.key;
    const answer = await hall.app.inject({
      url: `/wcp/receipts?decision_id=${receipt.decision_id}`,
      headers: { authorization: `Bearer ${admin}` },
    });
    expect(answer.json().items).toHaveLength(2);
    expect(hall.registry.get('org.example.hello')?.version).toBe(1);
  });

  it('No keys are made where the Hall is to stay open, and other keys than the first where they are wanted.', async () => {
    const dir = scratch();
    const first = await open(dir, { keys: 'none' });
    expect(first.made.keys).toEqual([]);
    expect(first.hall.identity.isOpen).toBe(true);
    await first.close();
    const second = await open(dir, { newKeys: ['trial'] });
    expect(second.made.keys).toHaveLength(3);
    await second.close();
    const third = await open(dir, { newKeys: ['trial', 'admin'] });
    expect(third.made.keys).toMatchObject([
      { role: 'tenant', tenant_id: 'agent.example' },
      { role: 'admin' },
    ]);
    const key = third.hall.identity.keys.list().find(({ label }) => label === 'for a day');
    const lives = Date.parse(key?.expires_at ?? '') - Date.parse(key?.created_at ?? '');
    expect(lives).toBeGreaterThan(86_300_000);
    expect(lives).toBeLessThanOrEqual(86_400_000);
  });
});

describe('the worker of the example', () => {
  it('The example is enrolled with the attestation of its package and signed by its authority, so changed code is denied.', async () => {
    const dir = scratch();
    const first = await open(dir);
    const worker = first.hall.registry.get('org.example.hello');
    expect(worker).toMatchObject({
      version: 1,
      record: { attestation: { hash_method: 'signed-manifest', attested_by: 'namespace-key@org.example' } },
    });
    expect(first.hall.health()).toMatchObject({ status: 'ok' });
    expect(
      first.hall
        .health()
        .missing.map(({ reason }) => reason)
        .join(),
    ).not.toContain('changed code');
    await expect(
      first.hall.registry.enrol({ record: read(dir, 'workers/hello/registry_record.json') }),
    ).rejects.toThrow();
    write(dir, 'workers/hello/worker.mjs', `${read(dir, 'workers/hello/worker.mjs')}\n`);
    expect((await first.hall.dispatch(GREETING)).decision.deny_code).toBe('DENY_WORKER_TAMPERED');
    await first.close();
    const second = await open(dir);
    expect(second.said).toEqual([expect.stringContaining('org.example.hello is flagged')]);
    expect((await second.hall.dispatch(GREETING)).decision.deny_code).toBe('DENY_NO_AVAILABLE_WORKER');
  });

  it('A record in a package need not state its own hash.', async () => {
    const dir = scratch();
    await (await open(dir, { keys: 'none' })).close();
    const { artifact_hash: _, ...record } = JSON.parse(read(dir, 'workers/hello/registry_record.json'));
    write(dir, 'workers/hello/registry_record.json', record);
    expect((await open(dir, { keys: 'none' })).said).toEqual([]);
  });
});

describe('a folder that is not empty', () => {
  it('A folder that is not empty gets nothing but the signing key, and everything in it stays as it was.', async () => {
    const dir = folderOf({ 'rules.json': [], 'notes.txt': 'mine' });
    const { made, hall } = await open(dir);
    expect(made.files).toEqual(['keys/hall-key.pem']);
    expect([read(dir, 'rules.json'), read(dir, 'notes.txt')]).toEqual(['[]', 'mine']);
    expect(existsSync(join(dir, 'server.json'))).toBe(false);
    const { decision } = await hall.dispatch(GREETING);
    expect(decision).toMatchObject({ outcome: 'DENY', deny_code: 'DENY_NO_MATCHING_RULE' });
  });

  it('A folder with evidence but without a valid key is refused.', async () => {
    const dir = scratch();
    await (await open(dir)).close();
    write(dir, 'keys/hall-key.pem', 'nothing');
    expect(await findingsOf(dir)).toMatchObject([{ file: 'keys/hall-key.pem', code: 'KEY_INVALID' }]);
    rmSync(join(dir, 'keys/hall-key.pem'));
    expect(await findingsOf(dir)).toMatchObject([{ file: 'keys/hall-key.pem', code: 'KEY_MISSING' }]);
    expect(existsSync(join(dir, 'keys/hall-key.pem'))).toBe(false);
  });

  it('Only the owner can read what a Hall makes: the folder, the example, the key, the store and its journal.', async () => {
    const before = process.umask(0);
    const dir = join(scratch(), 'made');
    try {
      await open(dir);
    } finally {
      process.umask(before);
    }
    const paths = readdirSync(dir, { recursive: true, encoding: 'utf8' });
    expect(paths).toEqual(
      expect.arrayContaining(['store.db', 'store.db-wal', 'rules.json', 'keys/hall-key.pem']),
    );
    const open_ = ['', ...paths].filter(
      (path) => !path.startsWith('snapshots/') && (statSync(join(dir, path)).mode & 0o077) !== 0,
    );
    expect(open_).toEqual([]);
  });

  it('A folder and a store that others can read are reported.', async () => {
    const dir = join(scratch(), 'made');
    await (await open(dir)).close();
    chmodSync(dir, 0o755);
    chmodSync(join(dir, 'store.db'), 0o640);
    expect((await open(dir)).said).toEqual([
      expect.stringMatching(/^warn The folder of the Hall is readable by others/),
      expect.stringMatching(/^warn store\.db is readable by others/),
    ]);
  });

  it('A signing key that others can read is reported.', async () => {
    const dir = scratch();
    const first = await open(dir);
    expect(first.said).toEqual([]);
    await first.close();
    chmodSync(join(dir, 'keys/hall-key.pem'), 0o644);
    expect((await open(dir)).said).toEqual([
      expect.stringMatching(/^warn keys\/hall-key\.pem is readable by others/),
    ]);
  });

  it('A store that was set back to an earlier state is refused, and opens once the operator removes the mark.', async () => {
    const dir = scratch();
    await (await open(dir)).close();
    copyFileSync(join(dir, 'store.db'), join(dir, 'backup.db'));
    const { hall, close } = await open(dir);
    await hall.dispatch(GREETING);
    await close();
    copyFileSync(join(dir, 'backup.db'), join(dir, 'store.db'));
    const [problem] = await findingsOf(dir);
    expect(problem).toMatchObject({ file: 'store.db', code: 'STORE_UNUSABLE' });
    expect(problem?.message).toContain('older than the high-water mark');
    rmSync(join(dir, 'store.db'));
    expect(await findingsOf(dir)).toMatchObject([{ code: 'STORE_UNUSABLE' }]);
    copyFileSync(join(dir, 'backup.db'), join(dir, 'store.db'));
    rmSync(join(dir, 'keys/high-water-mark.json'));
    const opened = await open(dir);
    expect(opened.said).toEqual([expect.stringMatching(/^warn keys\/high-water-mark\.json is missing/)]);
  });

  it('A store in which a tenant’s key was made that of an admin is refused.', async () => {
    const dir = scratch();
    await (await open(dir)).close();
    const database = new DatabaseSync(join(dir, 'store.db'));
    const { changes } = database
      .prepare(
        `UPDATE api_keys SET document = replace(replace(document, '"tenant"', '"admin"'), '"agent.example"', 'null')
         WHERE document LIKE '%"agent.example"%'`,
      )
      .run();
    database.close();
    expect(changes).toBe(1);
    const [problem] = await findingsOf(dir);
    expect(problem).toMatchObject({ file: 'store.db', code: 'STORE_TAMPERED' });
    expect(problem?.message).toContain('were changed without the key of this Hall');
  });

  it('A folder is refused while another Hall uses it.', async () => {
    const dir = scratch();
    await open(dir);
    const [problem] = await findingsOf(dir);
    expect(problem).toMatchObject({ file: 'store.db', code: 'STORE_UNUSABLE' });
    expect(problem?.message).toContain('in use by another process');
  });

  it('A folder is refused where the path is a file, or lies inside one.', async () => {
    const dir = folderOf({ file: 'x' });
    expect(await findingsOf(join(dir, 'file'))).toMatchObject([{ code: 'UNUSABLE' }]);
    expect(await findingsOf(join(dir, 'file/hall'))).toMatchObject([{ code: 'UNUSABLE' }]);
  });

  it('Copies of code that no enrolled worker has any more are removed from the folder.', async () => {
    const dir = scratch();
    await createDeployment(dir);
    write(dir, 'hall.json', {});
    rmSync(join(dir, 'keys/org.example.pem'));
    const first = await open(dir);
    await first.hall.dispatch(GREETING);
    await first.close();
    const [before] = readdirSync(join(dir, 'snapshots'));
    write(dir, 'workers/hello/worker.mjs', `${read(dir, 'workers/hello/worker.mjs')}\n`);
    const second = await open(dir);
    await second.hall.dispatch(GREETING);
    const after = readdirSync(join(dir, 'snapshots'));
    expect(after).toHaveLength(1);
    expect(after).not.toContain(before);
  });
});

describe('listening', () => {
  it('A listening deployment returns its URL, and frees the port when it is closed.', async () => {
    const { url, close } = await open(scratch(), { listens: true });
    expect((await fetch(`${url}/wcp/health`)).status).toBe(200);
    await close();
    await expect(fetch(`${url}/wcp/health`)).rejects.toThrow();
  });

  it('A Hall without keys does not listen on other addresses than loopback.', async () => {
    const dir = scratch();
    const options = { listens: true, host: '0.0.0.0', keys: 'none' } as const;
    expect(await findingsOf(dir, options)).toMatchObject([{ code: 'OPEN_TO_ALL' }]);
    expect((await open(dir, { listens: true, host: '0.0.0.0' })).url).toMatch(/^http:\/\/127\.0\.0\.1:/);
  });

  it('Listening is refused at a port in use and at an address that does not exist, and the store is free again.', async () => {
    const dir = scratch();
    const server = createServer().listen(0, '127.0.0.1');
    await until(() => server.listening);
    const { port } = server.address() as { port: number };
    const [taken] = await findingsOf(dir, { listens: true, port });
    expect(taken).toMatchObject({ file: null, code: 'CANNOT_LISTEN' });
    expect(taken?.message).toContain(`Port ${port} of 127.0.0.1 is in use`);
    server.close();
    const { keys } = await problemFrom(scratch(), { listens: true, host: '203.0.113.7' });
    expect(keys.map(({ role }) => role)).toEqual(['admin', 'tenant', 'steward']);
    const [absent] = await findingsOf(dir, { listens: true, host: '203.0.113.7' });
    expect(absent?.message).toContain('does not have the address 203.0.113.7');
    await open(dir);
  });
});
