import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LAYOUT } from '../../src/deployment/layout.ts';
import { partsOf } from '../../src/hall/create-hall.ts';
import { readBanListSource } from '../../src/registry/ban-list/ban-list-source.ts';
import { findingsOf, GREETING, open, read, scratch, until, write } from './support.ts';

/** What somebody who can write to the folder may put in the place of a file. */
const SPECIAL: Readonly<Record<string, (place: string) => void>> = {
  'a named pipe': (place) => void execFileSync('mkfifo', [place]),
  'a link to a device without an end': (place) => symlinkSync('/dev/zero', place),
};

/** The folder of a Hall that ran once, with something else in the place of a file. */
async function folderWith(file: string, special: string): Promise<string> {
  const dir = scratch();
  const { close } = await open(dir);
  await close();
  rmSync(join(dir, file));
  SPECIAL[special]?.(join(dir, file));
  return dir;
}

const RECORD = 'workers/hello/registry_record.json';

describe.skipIf(process.platform === 'win32').each(Object.keys(SPECIAL))('%s', (special) => {
  test.each([LAYOUT.server, LAYOUT.key, RECORD])(
    'In the place of %s it keeps the Hall from starting, and is never waited for.',
    async (file) => {
      const dir = await folderWith(file, special);
      const [finding] = await findingsOf(dir);
      expect(finding).toMatchObject({
        file,
        message: expect.stringContaining('a pipe, a device or a socket'),
      });
    },
  );

  test.each([LAYOUT.rules, LAYOUT.config])(
    'In the place of %s it leaves the last good documents in force, and is reported.',
    async (file) => {
      const dir = await folderWith(file, special);
      const { hall } = await open(dir);
      expect(partsOf(hall).activeWorld.rejected).toMatchObject([
        { code: 'UNREADABLE', message: expect.stringContaining('a pipe, a device or a socket') },
      ]);
      expect((await hall.dispatch(GREETING)).decision.outcome).toBe('DISPATCH');
    },
  );

  test('In the place of rules.json while the Hall runs it is reported, and the Hall can still be closed.', async () => {
    const dir = scratch();
    const { hall, said, close } = await open(dir);
    const rules = read(dir, LAYOUT.rules);
    rmSync(join(dir, LAYOUT.rules));
    SPECIAL[special]?.(join(dir, LAYOUT.rules));
    await until(() => partsOf(hall).activeWorld.rejected.length > 0);
    await until(() => said.join('\n').includes('rules.json'));
    rmSync(join(dir, LAYOUT.rules));
    write(dir, LAYOUT.rules, rules);
    await until(() => partsOf(hall).activeWorld.rejected.length === 0);
    await close();
  });

  test('In the place of the high-water mark it keeps the Hall from starting.', async () => {
    const dir = await folderWith(LAYOUT.mark, special);
    expect(await findingsOf(dir)).toMatchObject([{ message: expect.stringContaining('high-water mark') }]);
  });

  test('In the place of the example’s key it leaves the example without an attestation.', async () => {
    const dir = await folderWith(LAYOUT.exampleKey, special);
    const { hall } = await open(dir);
    expect((await hall.dispatch(GREETING)).decision.outcome).toBe('DISPATCH');
  });

  test('In the place of a ban list it is a source that cannot be reached.', async () => {
    const file = join(scratch(), 'list.json');
    SPECIAL[special]?.(file);
    expect(await readBanListSource({ file })).toEqual({ ok: false, code: 'BAN_LIST_UNREACHABLE' });
  });
});

test('A document that is larger than any may be is refused before it is read.', async () => {
  const dir = scratch();
  const { close } = await open(dir);
  await close();
  truncateSync(join(dir, LAYOUT.server), 65 * 1_048_576);
  onTestFinished(() => rmSync(join(dir, LAYOUT.server), { force: true }));
  expect(await findingsOf(dir)).toMatchObject([
    { message: expect.stringContaining('larger than any such file') },
  ]);
});

test('A record that somebody else wrote is refused where it is nested too deeply, before anything is built of it.', async () => {
  const dir = scratch();
  const { close } = await open(dir);
  await close();
  const notes = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  write(dir, RECORD, read(dir, RECORD).replace('{', `{"notes": ${notes},`));
  expect(await findingsOf(dir)).toMatchObject([{ file: RECORD, code: 'NOT_JSON' }]);
});
