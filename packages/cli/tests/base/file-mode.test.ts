import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { generateSigningKey } from '@wcp/evidence';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isExposed } from '../../src/base/file-mode.ts';
import type { Terminal } from '../../src/base/terminal.ts';
import { warnOfExposure } from '../../src/evidence/export-evidence.ts';
import { folderOf, REAL_CLOCK, REQUEST, scratch, wcp } from '../support/support.ts';
import { openTestHall } from '../support/test-hall.ts';

let before = 0;
// The most careless setting: without a mode of its own, a new file is everybody's to read and to write.
beforeEach(() => {
  before = process.umask(0);
});
afterEach(() => void process.umask(before));

/** The permissions of everything in a folder, itself included, by path. */
function modesOf(dir: string): Record<string, string> {
  const paths = ['.', ...(readdirSync(dir, { recursive: true }) as string[]).toSorted()];
  return Object.fromEntries(paths.map((path) => [path, modeOf(join(dir, path))]));
}
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('What the program writes', () => {
  test('An export of evidence is for its owner alone, with its requests, facts and worlds.', async () => {
    const hall = await openTestHall({ key: generateSigningKey() });
    await hall.hall.dispatch(REQUEST);
    const parent = join(scratch(), 'new');
    const { code, err } = await hall.as('auditor', [
      'receipts',
      'export',
      join(parent, 'evidence'),
      '--decisions',
    ]);
    expect([code, err]).toEqual([0, '']);
    const modes = modesOf(parent);
    const world = Object.keys(modes).find((path) => path.startsWith('evidence/worlds/'));
    expect(modes).toEqual({
      '.': '700',
      evidence: '700',
      'evidence/checkpoint.txt': '600',
      'evidence/decisions.jsonl': '600',
      'evidence/keys.json': '600',
      'evidence/receipts.jsonl': '600',
      'evidence/worlds': '700',
      [String(world)]: '600',
    });
  });

  test('The evidence of the demo is for its owner alone.', async () => {
    const out = join(scratch(), 'demo');
    expect((await wcp(['demo', '--out', out], REAL_CLOCK)).code).toBe(0);
    expect(new Set(Object.values(modesOf(out)))).toEqual(new Set(['600', '700']));
  });

  test('A private key is for its owner alone, and a public one for everybody to read.', async () => {
    const out = scratch();
    await wcp(['keygen', '--out', out]);
    expect(modesOf(out)).toMatchObject({ 'wcp-key.pem': '600', 'wcp-key.pub.pem': '644' });
  });

  test('A ban list that is meant to be published is for everybody to read, and for its owner to change.', async () => {
    const dir = folderOf({ 'entries.json': [{ sha256: 'ab'.repeat(32), reason: 'test' }] });
    await wcp(['keygen', '--out', dir]);
    const list = join(dir, 'list.json');
    const key = ['--authority', 'org.acme', '--key-file', join(dir, 'wcp-key.pem')];
    const { code } = await wcp(['bans', 'make', join(dir, 'entries.json'), ...key, '--out', list]);
    expect([code, modeOf(list)]).toEqual([0, '644']);
  });
});

describe('Evidence that others can read', () => {
  test.each([
    [0o700, false],
    [0o600, false],
    [0o740, true],
    [0o701, true],
    [0o777, true],
  ])('A folder with the permissions %o is exposed: %s.', async (mode, exposed) => {
    const dir = join(scratch(), 'evidence');
    mkdirSync(dir);
    chmodSync(dir, mode);
    expect(await isExposed(dir)).toBe(exposed);
    chmodSync(dir, 0o700);
  });

  test('It is said, with its folder, where it is exposed and only there.', () => {
    const said: string[] = [];
    const listening = { warn: (text: string) => void said.push(text) } as Terminal;
    warnOfExposure(listening, { dir: 'private', is_exposed: false });
    warnOfExposure(listening, { dir: 'open\u001b[2J', is_exposed: true });
    expect(said).toEqual([
      expect.stringMatching(/^warning: open\\u001b\[2J: Others than its owner can read/),
    ]);
  });
});
