import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readRegularFile, readRegularFileSync, withRegularFile } from '../../src/file/index.ts';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'regular-file-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** What a name may stand for beside a file. */
const SPECIAL: readonly (readonly [string, string, (place: string) => void | Promise<void>])[] = [
  ['a named pipe', 'ENOTFILE', (place) => void execFileSync('mkfifo', [place])],
  [
    'a link to a named pipe',
    'ENOTFILE',
    (place) => {
      execFileSync('mkfifo', [`${place}.pipe`]);
      symlinkSync(`${place}.pipe`, place);
    },
  ],
  ['a link to a device without an end', 'ENOTFILE', (place) => symlinkSync('/dev/zero', place)],
  ['a folder', 'EISDIR', (place) => mkdirSync(place)],
  ['nothing', 'ENOENT', () => {}],
  [
    'a socket',
    'ENOTFILE',
    async (place) => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(place, resolve));
      onTestFinished(() => void server.close());
    },
  ],
];

const READERS: readonly (readonly [string, typeof readRegularFile])[] = [
  ['readRegularFile', readRegularFile],
  ['readRegularFileSync', async (...parameters) => readRegularFileSync(...parameters)],
];

describe.each(READERS)('%s', (_, read) => {
  test.skipIf(process.platform === 'win32').each(SPECIAL)(
    'What is %s is refused at once with %s.',
    async (__, code, make) => {
      const place = join(folder(), 'file');
      await make(place);
      await expect(read(place, 1_000, { followsLinks: true })).rejects.toMatchObject({ code });
    },
  );

  test('A file is read whole, up to the limit and no further.', async () => {
    const place = join(folder(), 'file');
    for (const size of [0, 1, 999, 1_000]) {
      writeFileSync(place, Buffer.alloc(size, 7));
      expect(await read(place, 1_000)).toEqual(Buffer.alloc(size, 7));
    }
    writeFileSync(place, Buffer.alloc(1_001));
    await expect(read(place, 1_000)).rejects.toMatchObject({ code: 'EFBIG' });
  });

  test('A link to a file is refused, unless links are to be followed.', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'file'), 'text');
    symlinkSync('file', join(dir, 'link'));
    expect((await read(join(dir, 'link'), 10, { followsLinks: true })).toString()).toBe('text');
    await expect(read(join(dir, 'link'), 10)).rejects.toMatchObject({ code: 'ELOOP' });
  });
});

test.skipIf(process.platform !== 'linux')(
  'A file that is longer than it says, such as one of /proc, is read whole or not at all.',
  async () => {
    const whole = readFileSync('/proc/version');
    expect(await readRegularFile('/proc/version', 10_000)).toEqual(whole);
    expect(readRegularFileSync('/proc/version', 10_000)).toEqual(whole);
    await expect(readRegularFile('/proc/version', whole.length - 1)).rejects.toMatchObject({ code: 'EFBIG' });
  },
);

test('The size that a file had when it was opened comes with it.', async () => {
  const place = join(folder(), 'file');
  writeFileSync(place, 'ab');
  expect(await withRegularFile(place, async (file, size) => [size, (await file.readFile()).length])).toEqual([
    2, 2,
  ]);
});
