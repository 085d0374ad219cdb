import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { beforeEach, describe, expect, it } from 'vitest';
import { REQUEST, scratch, wcp } from '../../support/support.ts';
import { openTestHall, type TestHall } from '../../support/test-hall.ts';

const key = generateSigningKey();
let test: TestHall;
let dir = '';
let publicKey = '';
beforeEach(async () => {
  test = await openTestHall({ key });
  const place = scratch();
  dir = join(place, 'log');
  publicKey = join(place, 'hall.pub.pem');
  writeFileSync(publicKey, key.exportPublicPem());
});

/** The enrolment of the worker is the first receipt. */
const route = async (times: number) => {
  for (let index = 0; index < times; index += 1) await test.hall.route(REQUEST);
};
const verify = (...more: string[]) => wcp(['receipts', 'verify', dir, '--keys', publicKey, ...more]);
const files = () =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(dir, name)).isFile(),
  );

describe('evidence tiles', () => {
  it('Tiles are written once, continued with what is new, and verified without the Hall.', async () => {
    await route(2);
    const first = await test.as('auditor', ['evidence', 'tiles', dir]);
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('3 receipts, 3 of them new') });
    expect(files().sort()).toEqual(['checkpoint', 'keys.json', 'tile/0/000.p/3', 'tile/entries/000.p/3']);
    await route(256);
    const { json } = await test.json('auditor', ['evidence', 'tiles', dir]);
    expect(json).toMatchObject({ size: 259, receipts: 256, files: 5 });
    expect(existsSync(join(dir, 'tile/entries/000.p'))).toBe(false);
    await test.hall.close();
    expect(await verify()).toMatchObject({
      code: 0,
      out: expect.stringContaining(
        '259 receipts, 1 checkpoint: ok: nothing is changed or missing.\nNot checked: WITNESSES_NOT_CHECKED',
      ),
    });
  });

  it('Tiles that nothing was added to stay as they are.', async () => {
    await route(2);
    await test.as('auditor', ['evidence', 'tiles', dir]);
    const { json } = await test.json('auditor', ['evidence', 'tiles', dir]);
    expect(json).toMatchObject({ size: 3, receipts: 0, files: 0 });
  });

  it('A tampered tile is found, and named.', async () => {
    await route(2);
    await test.as('auditor', ['evidence', 'tiles', dir]);
    const file = join(dir, 'tile/entries/000.p/3');
    const bytes = readFileSync(file, 'latin1').replace('"kind":"decision"', '"kind":"decisiom"');
    writeFileSync(file, bytes, 'latin1');
    const { code, out } = await verify();
    expect(code).toBe(1);
    expect(out).toContain('RECEIPT_HASH_MISMATCH (receipt 2)');
    const { json } = { json: JSON.parse((await verify('--json')).out) };
    expect(json).toMatchObject({ ok: false, is_whole: null, receipts: 3 });
    expect(json.not_checked).toHaveLength(3);
    expect(await verify('--witness-policy', publicKey)).toMatchObject({
      code: 2,
      err: expect.stringContaining('not in tiles'),
    });
    rmSync(join(dir, 'keys.json'));
    expect(await wcp(['receipts', 'verify', dir])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--keys'),
    });
  });

  it('Tiles of another log, and folders of something else, are left alone.', async () => {
    await route(2);
    await test.as('auditor', ['evidence', 'tiles', dir]);
    const other = await openTestHall({ key });
    for (let index = 0; index < 3; index += 1) await other.hall.route(REQUEST);
    const before = readFileSync(join(dir, 'checkpoint'), 'utf8');
    expect(await other.as('auditor', ['evidence', 'tiles', dir])).toMatchObject({
      code: 2,
      err: expect.stringContaining('The checkpoint is not of these entries'),
    });
    expect(readFileSync(join(dir, 'checkpoint'), 'utf8')).toBe(before);
    const foreign = scratch();
    writeFileSync(join(foreign, 'notes.txt'), 'mine');
    expect(await test.as('auditor', ['evidence', 'tiles', foreign])).toMatchObject({
      code: 2,
      err: expect.stringContaining('other files'),
    });
  });

  it('A tenant, who does not see the whole log, gets no tiles of it.', async () => {
    await test.hall.route({ ...REQUEST, tenant_id: 'tenant-b', correlation_id: 'c-b' });
    await route(1);
    const { code, err } = await test.as('tenant', ['evidence', 'tiles', dir]);
    expect(code).toBe(2);
    expect(err).not.toBe('');
    expect(existsSync(join(dir, 'checkpoint'))).toBe(false);
  });
});
