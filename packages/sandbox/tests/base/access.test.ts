import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { mayRead, mayWrite } from '../../src/base/access.ts';
import { findProgram } from '../../src/base/find-program.ts';
import { memoryFile } from '../../src/base/memory-file.ts';
import { nextUser } from '../../src/base/user.ts';
import { isRoot } from '../support/users.ts';

const folder = mkdtempSync(join(tmpdir(), 'wcp-access-'));
afterAll(() => rmSync(folder, { recursive: true }));
const USER = { uid: 61_300, gid: 61_300 };

test('another user reaches what every folder on the way lets it reach', () => {
  const [closed, open] = [join(folder, 'closed'), join(folder, 'open')];
  for (const each of [closed, open]) {
    mkdirSync(each);
    writeFileSync(join(each, 'file'), '', { mode: 0o644 });
  }
  chmodSync(folder, 0o755);
  chmodSync(closed, 0o700);
  chmodSync(open, 0o755);
  expect([closed, open].map((each) => mayRead(join(each, 'file'), USER))).toEqual([false, true]);
  expect(mayWrite(open, USER)).toBe(false);
  chmodSync(open, 0o777);
  expect(mayWrite(open, USER)).toBe(true);
  chmodSync(join(open, 'file'), 0o600);
  expect(mayRead(join(open, 'file'), USER)).toBe(false);
});

test.skipIf(!isRoot)(
  'the owner and the group of a file have bits of their own (skipped: only root gives a file away)',
  () => {
    const file = join(folder, 'owned');
    writeFileSync(file, '');
    chmodSync(folder, 0o755);
    chownSync(file, USER.uid, 0);
    chmodSync(file, 0o046);
    expect([
      mayRead(file, USER),
      mayWrite(file, { uid: 1, gid: 0 }),
      mayRead(file, { uid: 1, gid: 0 }),
    ]).toEqual([false, false, true]);
  },
);

test('a program is looked up in the absolute folders of PATH alone', async () => {
  writeFileSync(join(folder, 'tool'), '', { mode: 0o755 });
  writeFileSync(join(folder, 'text'), '', { mode: 0o644 });
  mkdirSync(join(folder, 'sub'));
  expect(await findProgram('tool', `relative::${folder}`)).toBe(join(folder, 'tool'));
  expect(await findProgram('text', folder)).toBe(null);
  expect(await findProgram('sub', folder)).toBe(null);
  expect(await findProgram('tool', '')).toBe(null);
  expect(await findProgram(join(folder, 'tool'), '')).toBe(join(folder, 'tool'));
});

test('bytes are read from a file that has no name', () => {
  const fd = memoryFile(Buffer.from('hello'));
  expect(readlinkSync(`/proc/self/fd/${fd}`)).toMatch(/ \(deleted\)$/);
  expect(readFileSync(fd, 'utf8')).toBe('hello');
  closeSync(fd);
});

test('users that are made up differ, and have no account', () => {
  const users = Array.from({ length: 100 }, nextUser);
  expect(new Set(users.map(({ uid }) => uid)).size).toBe(100);
  for (const { uid, gid } of users) expect([uid >= 61_184 && uid < 65_520, gid]).toEqual([true, uid]);
});
