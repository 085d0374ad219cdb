import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withRegularFile } from '../../src/file/regular-file.ts';
import { hashFiles, packageHash } from '../../src/index.ts';

let dir = '';
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'wcp-package-')));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const refused = expect.objectContaining({ code: 'ERR_WCP_PACKAGE' });
const write = (path: string, content: string | Uint8Array = 'x') => {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), content);
};

describe('the hash of a folder', () => {
  test('The hash of a folder is the hash of its files.', async () => {
    const files = [
      'worker.js',
      'lib/deep/er/a.js',
      'node_modules/m/index.js',
      'ünï/🙂.txt',
      '.env',
      'empty',
    ].map((path) => ({
      path,
      content: path === 'empty' ? '' : `content of ${path}`,
    }));
    for (const { path, content } of files) write(path, content);
    expect(await packageHash(dir)).toBe(hashFiles(files));
  });

  test('The hash of a folder is the hash of its files even if one is larger than one read.', async () => {
    for (const size of [262_143, 262_144, 262_145, 1_000_003]) {
      const content = Buffer.alloc(size, 'worker');
      write('large', content);
      expect(await packageHash(dir)).toBe(hashFiles([{ path: 'large', content }]));
    }
  });

  test('The hash of a folder leaves out the manifest and .git at the root and reads neither.', async () => {
    write('a');
    const hash = hashFiles([{ path: 'a', content: 'x' }]);
    write('.git/config');
    symlinkSync('/nowhere', join(dir, '.git/link'));
    symlinkSync('/nowhere', join(dir, 'manifest.json'));
    execFileSync('mkfifo', [join(dir, 'manifest.sig')]);
    write('manifest.tmp');
    expect(await packageHash(dir)).toBe(hash);
    write('lib/manifest.json');
    write('lib/.git/config');
    const more = ['a', 'lib/manifest.json', 'lib/.git/config'].map((path) => ({ path, content: 'x' }));
    expect(await packageHash(dir)).toBe(hashFiles(more));
  });

  test('The hash of a folder covers the bytes of a name as they are, whatever their normal form.', async () => {
    write('e\u0301/\u212b');
    expect(await packageHash(dir)).toBe(hashFiles([{ path: 'e\u0301/\u212b', content: 'x' }]));
  });

  test('The hash of a folder counts a file named .git and a folder named manifest.json.', async () => {
    write('.git');
    write('manifest.json/run.js');
    const files = ['.git', 'manifest.json/run.js'].map((path) => ({ path, content: 'x' }));
    expect(await packageHash(dir)).toBe(hashFiles(files));
  });

  test('The hash of a folder does not depend on times, empty folders or hard links.', async () => {
    write('a');
    const hash = await packageHash(dir);
    utimesSync(join(dir, 'a'), 0, 0);
    mkdirSync(join(dir, 'empty'));
    expect(await packageHash(dir)).toBe(hash);
    linkSync(join(dir, 'a'), join(dir, 'b'));
    expect(await packageHash(dir)).toBe(hashFiles(['a', 'b'].map((path) => ({ path, content: 'x' }))));
  });

  test('The hash of a folder of a thousand files is the hash of its files.', async () => {
    const files = Array.from({ length: 1000 }, (_, index) => ({
      path: `d${index % 7}/f${index}.js`,
      content: `${index}`,
    }));
    for (const { path, content } of files) write(path, content);
    expect(await packageHash(dir)).toBe(hashFiles(files));
  });
});

describe('while a folder is hashed', () => {
  /** How often others had the thread while a folder was hashed. */
  const turnsOf = async () => {
    let isDone = false;
    const hashed = packageHash(dir).finally(() => {
      isDone = true;
    });
    let turns = 0;
    for (; !isDone; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    return { hash: await hashed, turns };
  };

  test('Others have the thread in between, even while one large file is read.', async () => {
    write('large', '');
    truncateSync(join(dir, 'large'), 134_217_728);
    const { hash, turns } = await turnsOf();
    expect(turns).toBeGreaterThan(5);
    expect(hash).toBe(hashFiles([{ path: 'large', content: Buffer.alloc(134_217_728) }]));
  });

  test.runIf(process.platform === 'linux')(
    'A file that grows or shrinks meanwhile has the folder refused.',
    async () => {
      for (const size of [33_554_432, 100_663_296]) {
        write('large', '');
        truncateSync(join(dir, 'large'), 67_108_864);
        const hashed = expect(packageHash(dir)).rejects.toThrow('changed while it was read');
        const file = await openedBy(process.pid, join(dir, 'large'));
        truncateSync(file, size);
        await hashed;
      }
    },
  );

  test('Hashes of several folders at a time are those of each.', async () => {
    write('a/large', Buffer.alloc(2_000_000, 'a'));
    write('b/large', Buffer.alloc(2_000_000, 'b'));
    const alone = [await packageHash(join(dir, 'a')), await packageHash(join(dir, 'b'))];
    expect(await Promise.all(['a', 'b', 'a'].map((each) => packageHash(join(dir, each))))).toEqual([
      ...alone,
      alone[0],
    ]);
  });

  test.runIf(process.platform === 'linux')(
    'No descriptor is left open, whatever a file turns out to be.',
    async () => {
      const open = () => readdirSync('/proc/self/fd').length;
      write('a', Buffer.alloc(600_000));
      await packageHash(dir);
      const before = open();
      await packageHash(dir);
      await expect(packageHash('/proc/sys/kernel/random')).rejects.toThrow(refused);
      expect(open()).toBe(before);
    },
  );
});

/** Waits until a process has a file open, and gives its path. */
async function openedBy(pid: number, file: string): Promise<string> {
  const isOpen = () =>
    readdirSync(`/proc/${pid}/fd`).some((each) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${each}`) === file;
      } catch {
        return false;
      }
    });
  while (!isOpen()) await new Promise((resolve) => setImmediate(resolve));
  return file;
}

describe('a folder has no hash', () => {
  test('A folder with a symbolic link has no hash, be it to a file, a folder, nothing or itself.', async () => {
    write('real/a');
    for (const target of ['real/a', 'real', '/etc/hostname', 'nowhere', 'link']) {
      symlinkSync(target, join(dir, 'link'));
      await expect(packageHash(dir)).rejects.toThrow(refused);
      unlinkSync(join(dir, 'link'));
    }
    symlinkSync('real', join(dir, '.git'));
    await expect(packageHash(dir)).rejects.toThrow(refused);
  });

  test('A folder with a pipe has no hash.', async () => {
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    await expect(packageHash(dir)).rejects.toThrow(refused);
  });

  test('A folder with a socket has no hash.', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(dir, 'socket'), resolve));
    await expect(packageHash(dir)).rejects.toThrow(refused);
    await new Promise((resolve) => server.close(resolve));
  });

  test.each([
    ['a line feed', Buffer.from('a\nb')],
    ['a C1 control character', Buffer.from('a\u0085b')],
    ['a backslash', Buffer.from('a\\b')],
    ['no UTF-8', Buffer.from([0x61, 0xff])],
    ['a surrogate in UTF-8', Buffer.from([0xed, 0xa0, 0x80])],
  ])('A folder has no hash where the name of a file or a folder in it has %s.', async (_, name) => {
    const place = Buffer.concat([Buffer.from(`${dir}/`), name]);
    writeFileSync(place, 'x');
    await expect(packageHash(dir)).rejects.toThrow(refused);
    unlinkSync(place);
    mkdirSync(place);
    await expect(packageHash(dir)).rejects.toThrow(refused);
    rmSync(dir, { recursive: true });
  });

  // The files of procfs are regular, of 0 bytes, and give more: as a file that grows while it is read.
  test.runIf(process.platform === 'linux')(
    'A folder with a file that has other bytes than its size says has no hash.',
    async () => {
      await expect(packageHash('/proc/sys/kernel/random')).rejects.toThrow(
        expect.objectContaining({
          code: 'ERR_WCP_PACKAGE',
          message: expect.stringContaining('changed while it was read'),
        }),
      );
    },
  );

  test('What does not exist or is not a folder has no hash.', async () => {
    write('file');
    await expect(packageHash(join(dir, 'nowhere'))).rejects.toThrow(refused);
    await expect(packageHash(join(dir, 'file'))).rejects.toThrow(refused);
  });

  test('A folder that holds nothing that is hashed has no hash.', async () => {
    await expect(packageHash(dir)).rejects.toThrow(refused);
    mkdirSync(join(dir, 'lib/deep'), { recursive: true });
    write('manifest.json');
    write('.git/config');
    await expect(packageHash(dir)).rejects.toThrow('no files');
    write('lib/deep/a.js');
    expect(await packageHash(dir)).toBe(hashFiles([{ path: 'lib/deep/a.js', content: 'x' }]));
  });
});

describe('an opened file', () => {
  const read = (path: string) => withRegularFile(join(dir, path), async (_, size) => size);

  test('An opened file is never the target of a link in its place.', async () => {
    write('a', 'four');
    expect(await read('a')).toBe(4);
    renameSync(join(dir, 'a'), join(dir, 'b'));
    symlinkSync('b', join(dir, 'a'));
    await expect(read('a')).rejects.toThrow(expect.objectContaining({ code: 'ELOOP' }));
  });

  test('An opened file is never a pipe, which would block, or a folder.', async () => {
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    await expect(read('pipe')).rejects.toMatchObject({ code: 'ENOTFILE' });
    await expect(read('.')).rejects.toMatchObject({ code: 'EISDIR' });
  });
});
