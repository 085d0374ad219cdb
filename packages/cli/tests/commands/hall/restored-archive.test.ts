/** A backup takes an archive along: the restored log is verified as a folder and as tiles, and goes on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDeployment } from '@wcp/hall';
import { beforeEach, expect, it } from 'vitest';
import { REAL_CLOCK, REQUEST, scratch, wcp } from '../../support/support.ts';

/** More than the thousand that stay in a store, and a tile. */
const RECEIPTS = 1_300;
const PASSPHRASE = ['--passphrase-file', 'passphrase.txt'];

let root = '';
beforeEach(() => {
  root = scratch();
  mkdirSync(join(root, 'my-hall'));
  writeFileSync(
    join(root, 'my-hall/server.json'),
    JSON.stringify({ origin: 'hall.example/log', port: 0, backups: { dir: '../backups' } }),
  );
  writeFileSync(join(root, 'passphrase.txt'), 'correct horse battery staple\n');
});

const run = async (...args: string[]) => {
  const { code, out, err } = await wcp([...args, '--json'], { ...REAL_CLOCK, cwd: root });
  return { code, err, json: JSON.parse(out) };
};

type Running = Awaited<ReturnType<typeof openDeployment>>;

async function runHall<T>(name: string, work: (hall: Running) => Promise<T>): Promise<T> {
  const deployment = await openDeployment(join(root, name), { port: 0, log: () => {} });
  return work(deployment).finally(() => deployment.close(0));
}

const decide = ({ hall }: Running, count: number) =>
  Promise.all(Array.from({ length: count }, () => hall.route(REQUEST)));

/** A Hall with an archive that was stopped and backed up; resolves with a key of its admin. */
async function backUpArchived(): Promise<string> {
  const admin = await runHall('my-hall', async (running) => {
    await decide(running, RECEIPTS);
    const [first] = running.hall.log.keys();
    writeFileSync(join(root, 'first.json'), JSON.stringify({ [String(first?.key_id)]: first?.public_key }));
    return running.made.keys.find(({ role }) => role === 'admin')?.key ?? '';
  });
  const archived = await run('evidence', 'archive', 'my-hall', '--before', '500');
  expect(archived).toMatchObject({ code: 0, json: { from: 0, to: 256 } });
  const made = await run('backup', 'monday', '--dir', 'my-hall', ...PASSPHRASE);
  expect(made).toMatchObject({ code: 0, err: '' });
  return admin;
}

/** Everything that can be verified of a Hall that runs, in folders with a number. */
async function verifyAll(running: Running, admin: string, number: number): Promise<void> {
  const at = ['--url', String(running.url), '--key', admin];
  const { size } = await running.hall.log.head();
  const keys = ['--keys', 'first.json', '--origin', running.hall.log.origin];
  expect(await run('receipts', 'export', `evidence-${number}`, ...at)).toMatchObject({ code: 0 });
  const whole = { code: 0, json: { ok: true, is_whole: true, findings: [], receipts: size } };
  expect(await run('receipts', 'verify', `evidence-${number}`, ...keys)).toMatchObject(whole);
  expect(await run('evidence', 'tiles', 'log', ...at)).toMatchObject({ code: 0 });
  expect(await run('receipts', 'verify', 'log', ...keys)).toMatchObject(whole);
  const receipts = await run('receipts', 'list', '--stream', '(log)', ...at);
  expect(JSON.stringify(receipts.json.items)).toContain('"restore"');
}

it.each([
  ['its name', ['--latest', 'my-hall/keys/high-water-mark.json'], 'hall.example/log'],
  ['another name', ['--new-origin', 'hall.example/again'], 'hall.example/again'],
])(
  'A log with an archive is restored under %s, verified as a folder and as tiles, and goes on.',
  {
    timeout: 300_000,
  },
  async (_, how, origin) => {
    const admin = await backUpArchived();
    expect(await run('restore', 'monday', '--dir', 'again', ...PASSPHRASE, ...how)).toMatchObject({
      code: 0,
    });
    await runHall('again', async (running) => {
      expect(running.hall.log.origin).toBe(origin);
      await verifyAll(running, admin, 1);
      await decide(running, 300);
      await verifyAll(running, admin, 2);
    });
    // The archive was restored, is verified by itself, and grows.
    const keys = ['--keys', 'first.json'];
    const archive = () => run('receipts', 'verify', 'again/archive', ...keys);
    expect(await archive()).toMatchObject({ code: 0, json: { ok: true, is_whole: false, receipts: 256 } });
    const more = await run('evidence', 'archive', 'again', '--before', '600');
    expect(more).toMatchObject({ code: 0, json: { from: 256, to: 512 } });
    expect(await archive()).toMatchObject({ code: 0, json: { ok: true, is_whole: false, receipts: 512 } });
    await runHall('again', (running) => verifyAll(running, admin, 3));
  },
);
