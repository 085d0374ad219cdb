import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { isConnectionLost } from '../../../src/storage/postgres/postgres-error.ts';
import { openPostgresStore } from '../../../src/storage/postgres/postgres-store.ts';
import type { Change } from '../../../src/storage/store/store.ts';
import { hasPostgres, type PostgresServer, startPostgres } from '../../support/postgres-server.ts';
import { storeCases } from '../store/store.case.ts';

const change = (id: string): Change => ({ put: 'meta', row: { id, state: 's', at: '', document: '{}' } });
const failing = { code: 'ERR_WCP_STORE' };

describe.runIf(hasPostgres)('with a server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  const settings = () => ({ url: server.url, schema: `hall_${randomUUID().slice(0, 8)}` });

  storeCases('PostgreSQL', async () => {
    const store = await openPostgresStore(settings());
    return { store, close: () => store.close() };
  });

  test('PostgreSQL: What a commit resolved is there after the server was killed, and the store goes on.', async () => {
    const store = await openPostgresStore(settings());
    await store.commit([change('a')]);
    await server.kill();
    await expect(store.get('meta', 'a')).rejects.toMatchObject(failing);
    const lost = store.commit([change('b')]);
    await expect(lost).rejects.toMatchObject(failing);
    await server.start();
    await store.commit([change('c')]);
    expect((await store.list('meta')).map(({ id }) => id)).toEqual(['a', 'c']);
    await store.close();
  });

  test('PostgreSQL: A second Hall is refused, and comes in when the first has gone.', async () => {
    const own = { ...settings(), connect_timeout_ms: 500 };
    const first = await openPostgresStore(own);
    await expect(openPostgresStore(own)).rejects.toMatchObject({
      ...failing,
      message: expect.stringContaining('in use by another Hall'),
    });
    await first.close();
    await (await openPostgresStore(own)).close();
  });

  test('PostgreSQL: Where the writing connection was cut, the next commit has another one.', async () => {
    const own = settings();
    const store = await openPostgresStore(own);
    await store.commit([change('a')]);
    server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'wcp-hall'");
    await store.commit([change('b')]).catch(() => {});
    await store.commit([change('c')]);
    expect((await store.list('meta')).map(({ id }) => id)).toContain('c');
    await store.close();
  });

  test('PostgreSQL: A server that is killed while rows are read ends those readings, and nothing else.', async () => {
    const store = await openPostgresStore(settings());
    await store.commit([change('a')]);
    for (let round = 0; round < 5; round += 1) {
      let isOver = false;
      const reading = Array.from({ length: 8 }, async () => {
        while (!isOver) await store.list('meta').catch(() => {});
      });
      await server.kill();
      await server.start();
      isOver = true;
      await Promise.all(reading);
    }
    expect((await store.list('meta')).map(({ id }) => id)).toEqual(['a']);
    await store.close();
  });

  test('PostgreSQL: Where the database is at another state, nothing is written any more.', async () => {
    const own = settings();
    const store = await openPostgresStore(own);
    await store.commit([change('a')]);
    server.run(`UPDATE ${own.schema}.store SET last_commit = 'another'`);
    const refusal = { ...failing, message: expect.stringContaining('an earlier state') };
    await expect(store.commit([change('b')])).rejects.toMatchObject(refusal);
    server.run(`UPDATE ${own.schema}.store SET last_commit = 'a third'`);
    await expect(store.commit([change('c')])).rejects.toMatchObject(refusal);
    expect((await store.list('meta')).map(({ id }) => id)).toEqual(['a']);
    await store.close();
  });

  test.each(['fsync', 'full_page_writes'])('PostgreSQL: A server with %s off is refused.', async (name) => {
    server.run(`ALTER SYSTEM SET ${name} = off`);
    server.run('SELECT pg_reload_conf()');
    await expect.poll(() => server.run(`SHOW ${name}`)).toBe('off');
    await expect(openPostgresStore(settings())).rejects.toMatchObject({
      ...failing,
      message: expect.stringContaining(name),
    });
    server.run(`ALTER SYSTEM RESET ${name}`);
    server.run('SELECT pg_reload_conf()');
    await expect.poll(() => server.run(`SHOW ${name}`)).toBe('on');
  });

  test('PostgreSQL: A schema of somebody else and one of another version are refused.', async () => {
    server.run('CREATE SCHEMA foreign_one; CREATE TABLE foreign_one.x (y int)');
    await expect(openPostgresStore({ url: server.url, schema: 'foreign_one' })).rejects.toMatchObject({
      message: expect.stringContaining('not those of a Hall'),
    });
    const own = settings();
    await (await openPostgresStore(own)).close();
    server.run(`UPDATE ${own.schema}.store SET version = 999`);
    await expect(openPostgresStore(own)).rejects.toMatchObject({ message: expect.stringContaining('999') });
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

// openssl makes the certificate.
describe.runIf(hasPostgres && hasOpenssl)('a server with TLS', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ tls: true });
  });
  const at = (host: string, mode: string) => `postgres://wcp@${host}:${server.port}/postgres?sslmode=${mode}`;

  test('PostgreSQL: With the certificate of its server a store is opened by TLS.', async () => {
    const url = at('localhost', 'verify-full');
    const store = await openPostgresStore({ url, ca: server.ca });
    await store.commit([change('a')]);
    const ask =
      "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'wcp-hall'";
    expect(server.run(ask)).toBe('t');
    await store.wipe();
    await store.close();
  });

  test.each(['verify-full', 'verify-ca', 'require'])(
    'PostgreSQL: With sslmode=%s a certificate that nobody vouches for is refused.',
    async (mode) => {
      const refused = openPostgresStore({ url: at('localhost', mode), connect_timeout_ms: 500 });
      await expect(refused).rejects.toMatchObject({
        ...failing,
        message: expect.stringContaining('certificate'),
      });
    },
  );

  test('PostgreSQL: A certificate for another name is refused.', async () => {
    const url = at('127.0.0.1', 'verify-full');
    const refused = openPostgresStore({ url, ca: server.ca, connect_timeout_ms: 500 });
    await expect(refused).rejects.toMatchObject({
      ...failing,
      message: expect.stringContaining('certificate'),
    });
  });
});

test('A connection that broke is one that is lost, whatever its error is called; an answer is not.', () => {
  for (const code of ['EPIPE', 'ECONNRESET', 'ECONNREFUSED', undefined]) {
    expect(isConnectionLost(Object.assign(new Error('broken'), { code }))).toBe(true);
  }
  const answer = (code: string) => Object.assign(new Error('no'), { code, severity: 'ERROR' });
  expect(isConnectionLost(answer('23505'))).toBe(false);
  expect(isConnectionLost(answer('57P01'))).toBe(true);
});

test.each([
  ['http://a/b', 'is none'],
  ['postgres://u@db.example/x?sslmode=prefer', 'sslmode=prefer'],
])('The address %s is refused.', async (url, message) => {
  await expect(openPostgresStore({ url })).rejects.toMatchObject({
    ...failing,
    message: expect.stringContaining(message),
  });
});
