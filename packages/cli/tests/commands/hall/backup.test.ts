import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDeployment } from '@wcp/hall';
import { beforeEach, describe, expect, it } from 'vitest';
import { REAL_CLOCK, REQUEST, scratch, wcp } from '../../support/support.ts';

let root = '';
let dir = '';
beforeEach(() => {
  root = scratch();
  dir = join(root, 'my-hall');
  mkdirSync(dir);
  const settings = { origin: 'hall.example/log', port: 0, backups: { dir: '../backups' } };
  writeFileSync(join(dir, 'server.json'), JSON.stringify(settings));
  writeFileSync(join(root, 'passphrase.txt'), 'correct horse battery staple\nnot this\n');
});

type Running = Awaited<ReturnType<typeof openDeployment>>;

async function runHall(
  work: (hall: Running) => Promise<unknown>,
  options: Parameters<typeof openDeployment>[1] = { listens: false, keys: 'none' },
) {
  const deployment = await openDeployment(dir, options);
  await work(deployment).finally(() => deployment.close(0));
}

const decide = () => runHall(({ hall }) => hall.route(REQUEST));
const run = (...args: string[]) => wcp(args, { ...REAL_CLOCK, cwd: root });
const PASSPHRASE = ['--passphrase-file', 'passphrase.txt'];

describe('backup and restore', { timeout: 240_000 }, () => {
  it('A stopped Hall is backed up and restored under its name, with the mark of the lost folder as proof.', async () => {
    await decide();
    const made = await run('backup', 'monday', '--dir', 'my-hall', ...PASSPHRASE, '--json');
    expect(made).toMatchObject({ code: 0, err: '' });
    const { size, has_keys } = JSON.parse(made.out);
    expect(has_keys).toBe(true);
    const checks = JSON.parse((await run('doctor', 'my-hall', '--json')).out).checks;
    expect(checks.find(({ name }: { name: string }) => name === 'backup')).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('Each of its files is as it was written.'),
    });
    const latest = ['--latest', 'my-hall/keys/high-water-mark.json'];
    const refused = await run('restore', 'monday', '--dir', 'again', ...PASSPHRASE);
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('--new-origin') });
    const restored = await run('restore', 'monday', '--dir', 'again', ...PASSPHRASE, ...latest);
    expect(restored).toMatchObject({ code: 0, out: expect.stringContaining('Not checked') });
    dir = join(root, 'again');
    await runHall(async ({ hall }) => {
      expect(hall.log.origin).toBe('hall.example/log');
      expect((await hall.log.head()).size).toBe(size + 1);
    });
  });

  it('A log that went on is restored under another name alone, and no payload comes back unasked.', async () => {
    await decide();
    expect(await run('backup', 'monday', '--dir', 'my-hall', ...PASSPHRASE)).toMatchObject({ code: 0 });
    await decide();
    const latest = ['--latest', 'my-hall/keys/high-water-mark.json'];
    const forked = await run('restore', 'monday', '--dir', 'again', ...PASSPHRASE, ...latest, '--json');
    expect(forked.code).toBe(2);
    expect(JSON.parse(forked.out).problems[0].code).toBe('BACKUP_OUTDATED');
    expect(existsSync(join(root, 'again'))).toBe(false);
    const named = ['--new-origin', 'hall.example/again'];
    const restored = await run('restore', 'monday', '--dir', 'again', ...PASSPHRASE, ...named);
    expect(restored).toMatchObject({
      code: 0,
      out: expect.stringContaining('nobody said what was forgotten'),
    });
    const server = JSON.parse(readFileSync(join(root, 'again/server.json'), 'utf8'));
    expect(server.origin).toBe('hall.example/again');
    writeFileSync(join(root, 'none.jsonl'), '');
    const whole = await run(
      'restore',
      'monday',
      '--dir',
      'b',
      ...PASSPHRASE,
      ...named,
      '--erasures',
      'none.jsonl',
    );
    expect(whole).toMatchObject({
      code: 0,
      out: expect.stringContaining('those that were not forgotten since'),
    });
  });

  it('A running Hall makes a backup in its own folder for them, for an admin, and once under a name.', async () => {
    await runHall(
      async ({ hall, url, made }) => {
        await hall.route(REQUEST);
        const admin = made.keys.find(({ role }) => role === 'admin')?.key ?? '';
        const at = ['--url', String(url), '--key', admin];
        expect(await run('backup', 'first', ...at)).toMatchObject({
          code: 0,
          out: expect.stringContaining('left out: keep the folder keys elsewhere'),
        });
        expect(await run('backup', 'first', ...at)).toMatchObject({
          code: expect.any(Number),
          err: expect.stringContaining('already'),
        });
        expect(await run('backup', '../first', ...at)).toMatchObject({ code: 2 });
        expect((await hall.route(REQUEST)).decision_id).toBeTruthy();
      },
      { port: 0 },
    );
    const keys = ['--keys', 'my-hall/keys', '--new-origin', 'hall.example/again'];
    expect(await run('restore', 'backups/first', '--dir', 'again', ...keys)).toMatchObject({ code: 0 });
  });

  it('What is missing or wrong is said before anything is made.', async () => {
    await decide();
    expect(await run('backup', '--dir', 'my-hall')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Name the folder'),
    });
    expect(await run('backup', 'a', '--dir', 'my-hall', '--passphrase-file', 'absent')).toMatchObject({
      code: 2,
    });
    expect(await run('backup', 'a', '--dir', 'nowhere')).toMatchObject({ code: 2 });
    expect(await run('restore', 'my-hall', '--dir', 'again')).toMatchObject({
      code: 2,
      err: expect.stringContaining('not a backup'),
    });
    expect(existsSync(join(root, 'a'))).toBe(false);
  });
});
