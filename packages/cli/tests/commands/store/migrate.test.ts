import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDeployment } from '@wcp/hall';
import { beforeAll, describe, expect, it } from 'vitest';
// @boundaries-ignore A server of PostgreSQL for tests.
import {
  hasPostgres,
  type PostgresServer,
  startPostgres,
} from '../../../../hall/tests/support/postgres-server.ts';
import { REQUEST, scratch, wcp } from '../../support/support.ts';

const PASSWORD = 'PASSWORD-of-the-database';

describe.runIf(hasPostgres)('store migrate', { timeout: 180_000 }, () => {
  let server: PostgresServer;
  let env: Record<string, string>;
  let dir = '';
  beforeAll(async () => {
    server = await startPostgres();
    env = { DATABASE: server.url.replace('wcp@', `wcp:${PASSWORD}@`) };
  });

  /** Opens the Hall, which listens, and exports a bundle; gives what `receipts verify` says of it. */
  async function bundleOf(name: string): Promise<Record<string, unknown>> {
    const opened = await openDeployment(dir, { port: 0, keys: 'none', env });
    await opened.hall.route(REQUEST);
    const target = join(dir, '..', name);
    const url = String(opened.url);
    expect((await wcp(['receipts', 'export', target, '--decisions', '--url', url])).err).toBe('');
    const key = join(dir, 'hall.pub.pem');
    writeFileSync(
      key,
      createPublicKey(readFileSync(join(dir, 'keys/hall-key.pem'))).export({ type: 'spki', format: 'pem' }),
    );
    await opened.close();
    const verified = await wcp(['receipts', 'verify', target, '--keys', key, '--json']);
    expect(verified.code).toBe(0);
    return JSON.parse(verified.out);
  }

  it('A stopped Hall moves into PostgreSQL and back, and its bundles verify the same.', async () => {
    dir = join(scratch(), 'my-hall');
    const before = await bundleOf('before');
    const there = [
      'store',
      'migrate',
      dir,
      '--to',
      'postgres',
      '--url-env',
      'DATABASE',
      '--schema',
      'my_hall',
    ];
    const moved = await wcp(there, { env });
    expect(moved).toMatchObject({
      code: 0,
      out: expect.stringContaining('each was read again and compared'),
    });
    expect(moved.out).toContain(
      '"store" in server.json to {"postgres":{"url_env":"DATABASE","schema":"my_hall"}}',
    );
    expect(moved.out + moved.err).not.toContain(PASSWORD);

    const again = await wcp(there, { env });
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('moved earlier') });
    server.run('DROP SCHEMA my_hall CASCADE');
    const written = await wcp([...there, '--write', '--json'], { env });
    expect(JSON.parse(written.out)).toMatchObject({
      ...{ dir, to: 'postgres', is_written: true },
      store: { postgres: { url_env: 'DATABASE', schema: 'my_hall' } },
    });
    expect(readFileSync(join(dir, 'server.json'), 'utf8')).not.toContain(PASSWORD);
    renameSync(join(dir, 'store.db'), join(dir, 'moved.db'));
    const after = await bundleOf('after');
    expect(Object.keys(after)).toEqual(Object.keys(before));
    expect(existsSync(join(dir, 'store.db'))).toBe(false);

    const back = await wcp(['store', 'migrate', dir, '--to', 'sqlite', '--write'], { env });
    expect(back).toMatchObject({ code: 0, out: expect.stringContaining('server.json says so') });
    env = {};
    await bundleOf('back');
  });

  it('What is wrong is said, and the Hall goes on where it was.', async () => {
    dir = join(scratch(), 'my-hall');
    const migrate = (...args: string[]) => wcp(['store', 'migrate', dir, ...args]);
    const refused = (text: string) => ({ code: 2, out: '', err: expect.stringContaining(text) });
    await (await openDeployment(dir, { listens: false, keys: 'none' })).close();
    expect(await migrate('--to', 'mysql')).toMatchObject(refused('postgres or sqlite'));
    expect(await migrate('--to', 'postgres')).toMatchObject(refused('No database is named'));
    expect(await migrate('--to', 'postgres', '--schema', 'x')).toMatchObject(refused('need --url-env'));
    expect(await migrate('--to', 'postgres', '--url-env', 'NOWHERE')).toMatchObject(
      refused('NOWHERE is not set'),
    );
    expect(await migrate('--to', 'sqlite')).toMatchObject(refused('names none'));
    expect(await wcp(['store', 'migrate', scratch(), '--to', 'postgres'])).toMatchObject({ code: 2 });
    await (await openDeployment(dir, { listens: false, keys: 'none' })).close();
  });
});
