import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '@wcp/spec';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { ReplayFolder } from '../../src/permit/replay-folder.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wcp-permits-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
});

/** An instant at the beginning of a span of ten minutes. */
const START = 1_800_000_000;
const keyOf = (name: string) => sha256(name).slice(7);
const useOf = (name: string, { exp = START + 60, now = START } = {}) => ({
  key: keyOf(name),
  iat: now - 1,
  exp,
  now: now * 1000,
});
const open = () => new ReplayFolder(dir);

test('A use is recorded once, and every process that opens the folder later knows it.', async () => {
  const store = open();
  expect(await store.use(useOf('a'))).toBe(true);
  expect(await store.use(useOf('b'))).toBe(true);
  for (const other of [store, open(), open()]) {
    expect(await other.use(useOf('a'))).toBe(false);
    expect(await other.use(useOf('b'))).toBe(false);
  }
});

test('An absent folder is created, and a failure to do so is reported.', async () => {
  expect(await new ReplayFolder(join(dir, 'new')).use(useOf('a'))).toBe(true);
  await expect(new ReplayFolder(join(dir, 'no/new')).use(useOf('a'))).rejects.toThrow();
});

test('A permit of the same name counts as used even with another expiry.', async () => {
  expect(await open().use(useOf('a'))).toBe(true);
  expect(await open().use(useOf('a', { exp: START + 5_000 }))).toBe(false);
});

test('Of many simultaneous uses of one permit, exactly one is the first.', async () => {
  const stores = [open(), open(), open()];
  const uses = await Promise.all(Array.from({ length: 30 }, (_, n) => stores[n % 3]?.use(useOf('a'))));
  expect(uses.filter(Boolean)).toHaveLength(1);
});

test('Of many processes that use the same permits at once, exactly one uses each permit.', async () => {
  const program = fileURLToPath(new URL('./use-permits.ts', import.meta.url));
  const names = Array.from({ length: 100 }, (_, n) => String(n));
  const uses = names.map((name) => useOf(name));
  const firsts = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const child = fork(program, [dir]);
      child.send(uses);
      const [first] = await once(child, 'message');
      child.kill();
      return first as string[];
    }),
  );
  expect(firsts.flat().toSorted()).toEqual(uses.map(({ key }) => key).toSorted());
});

test('Half a record of a killed process does not count and does not spoil another.', async () => {
  await open().use(useOf('a'));
  const [name] = await readdir(dir);
  const file = join(dir, name as string);
  const whole = await readFile(file);
  await appendFile(file, `\n${keyOf('b')} 0123`);
  for (const next of ['b', 'c']) expect(await open().use(useOf(next))).toBe(true);
  for (const used of ['a', 'b', 'c']) expect(await open().use(useOf(used))).toBe(false);
  await truncate(file, whole.length - 5);
  expect(await open().use(useOf('c'))).toBe(true);
});

test('Expired permits are removed, and newer ones are not.', async () => {
  const store = open();
  await store.use(useOf('old'));
  await store.use(useOf('new', { exp: START + 700 }));
  const later = { now: START + 601, exp: START + 700 };
  expect(await store.use(useOf('other', later))).toBe(true);
  expect((await readdir(dir)).toSorted()).toEqual([`${START / 600 + 1}.permits`, 'floor'].toSorted());
  for (const each of [store, open()]) expect(await each.use(useOf('new', later))).toBe(false);
});

test('A clock that is set back does not make a removed permit valid again.', async () => {
  await open().use(useOf('old'));
  await open().use(useOf('new', { now: START + 1_300, exp: START + 1_310 }));
  expect(await open().use(useOf('old'))).toBe(false);
  expect(await open().use(useOf('never used'))).toBe(false);
});

test('An unreadable floor admits nothing.', async () => {
  await writeFile(join(dir, 'floor'), 'soon');
  await expect(open().use(useOf('a'))).rejects.toThrow('floor');
});

test
  .skipIf(process.platform === 'win32')
  .each(['floor', `${START / 600}.permits`, `${START / 600 + 1}.permits`])(
  'A named pipe in the place of %s lets no permit through, and is never waited for.',
  async (name) => {
    execFileSync('mkfifo', [join(dir, name)]);
    await expect(open().use(useOf('a'))).rejects.toThrow();
  },
);
