import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openLineFile, readLines } from '../../src/index.ts';
import { freshFile } from '../samples.ts';

const text = (path: string) => readFileSync(path, 'utf8');
const names = (path: string) => readdirSync(dirname(path)).sort();

describe('appending', () => {
  test('Each value is one line of canonical JSON.', async () => {
    const path = freshFile();
    const file = await openLineFile(path);
    await file.append([{ b: 1, a: 'line\nbreak \u2028' }, 'text']);
    await file.append([null]);
    await file.close();
    expect(text(path)).toBe('{"a":"line\\nbreak \u2028","b":1}\n"text"\nnull\n');
    expect(await readLines(path)).toEqual({
      values: [{ a: 'line\nbreak \u2028', b: 1 }, 'text', null],
      torn: null,
    });
  });

  test('An acknowledged line can be read from the file immediately.', async () => {
    const path = freshFile();
    const file = await openLineFile(path);
    await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        await file.append([{ n }]);
        expect(text(path)).toContain(`{"n":${n}}\n`);
      }),
    );
    await file.close();
    expect((await readLines(path)).values).toEqual(Array.from({ length: 200 }, (_, n) => ({ n })));
  });

  test('Only its owner can read a file.', async () => {
    const path = freshFile();
    await (await openLineFile(path)).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('A reopened file continues where it ended.', async () => {
    const path = freshFile();
    for (const n of [1, 2, 3]) {
      const file = await openLineFile(path);
      expect(file.torn).toBeNull();
      await file.append([n]);
      await file.close();
    }
    expect((await readLines(path)).values).toEqual([1, 2, 3]);
  });

  test('What another process writes to the file meanwhile is not overwritten.', async () => {
    const path = freshFile();
    const file = await openLineFile(path);
    await file.append(['mine']);
    appendFileSync(path, '"theirs"\n');
    await file.append(['mine again']);
    await file.close();
    expect((await readLines(path)).values).toEqual(['mine', 'theirs', 'mine again']);
  });

  test('A value without canonical JSON is refused, nothing of its call is written, and the file stays usable.', async () => {
    const path = freshFile();
    const file = await openLineFile(path);
    await expect(file.append(['good', Number.NaN])).rejects.toMatchObject({ code: 'ERR_WCP_CANONICAL_JSON' });
    await file.append(['next']);
    await file.close();
    expect((await readLines(path)).values).toEqual(['next']);
  });

  test('Closing waits for pending appends, and a later append is refused.', async () => {
    const path = freshFile();
    const file = await openLineFile(path);
    const pending = [file.append([1]), file.append([2]), file.append([3])];
    await Promise.all([file.close(), file.close()]);
    await Promise.all(pending);
    expect((await readLines(path)).values).toEqual([1, 2, 3]);
    await expect(file.append([4])).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
  });
});

/** What every open file is an instance of. */
const fileHandles = async () => {
  const handle = await open('/dev/null');
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
};

describe('durability', () => {
  afterEach(() => vi.restoreAllMocks());

  test('An append is acknowledged only when it is on disk, and waiting appends share one fsync.', async () => {
    const file = await openLineFile(freshFile());
    const syncs: (() => void)[] = [];
    vi.spyOn(await fileHandles(), 'datasync').mockImplementation(
      () => new Promise((done) => syncs.push(done)),
    );
    const done: number[] = [];
    const appends = [1, 2, 3, 4].map(async (n) => done.push(await file.append([n]).then(() => n)));
    await vi.waitFor(() => expect(syncs).toHaveLength(1));
    expect(done).toEqual([]);
    syncs[0]?.();
    await vi.waitFor(() => expect(syncs).toHaveLength(2));
    expect(done).toEqual([1]);
    syncs[1]?.();
    await Promise.all(appends);
    expect(done).toEqual([1, 2, 3, 4]);
    expect(syncs).toHaveLength(2);
    await file.close();
  });

  test('A failed fsync is a failed write, even though the bytes are in the file.', async () => {
    const path = freshFile();
    const file = await openLineFile(path);
    vi.spyOn(await fileHandles(), 'datasync').mockRejectedValueOnce(new Error('EIO'));
    await expect(file.append([1])).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
    await expect(file.append([2])).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
    await file.close();
    expect(text(path)).toBe('1\n');
  });

  test('Every byte is written, even if the system writes a few at a time.', async () => {
    const path = freshFile();
    const file = await openLineFile(path);
    const handles = await fileHandles();
    const write = handles.write as (
      this: FileHandle,
      ...args: unknown[]
    ) => Promise<{ bytesWritten: number }>;
    const threeAtATime = function (this: FileHandle, bytes: unknown, from: unknown, length: unknown) {
      return write.call(this, bytes, from, Math.min(3, length as number), null);
    };
    vi.spyOn(handles, 'write').mockImplementation(threeAtATime as never);
    await file.append([{ text: 'é'.repeat(10) }]);
    await file.close();
    expect(text(path)).toBe(`{"text":"${'é'.repeat(10)}"}\n`);
  });

  test('The folder entry of a new file is made durable, that of an old file already is.', async () => {
    const path = freshFile();
    const sync = vi.spyOn(await fileHandles(), 'sync');
    const first = await openLineFile(path);
    expect(sync).toHaveBeenCalledTimes(1);
    await first.append([1]);
    await first.close();
    await (await openLineFile(path)).close();
    expect(sync).toHaveBeenCalledTimes(1);
  });
});

describe('a write that fails', () => {
  test('A write that fails rejects for every waiting caller, and for every later one until the file is reopened.', async () => {
    const file = await openLineFile('/dev/full');
    const outcomes = await Promise.allSettled([file.append([1]), file.append([2]), file.append([3])]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(file.append([4])).rejects.toMatchObject({
      code: 'ERR_WCP_STORE',
      cause: { code: 'ENOSPC' },
    });
    await expect(file.append([])).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
    await file.close();
  });

  test.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['a file where a folder should be', (path: string) => writeFileSync(dirname(path).concat('/x'), '')],
  ])('Opening %s is refused.', async (kind, prepare) => {
    const path = freshFile();
    prepare(path);
    const wanted = kind === 'a folder' ? path : `${dirname(path)}/x/y`;
    await expect(openLineFile(wanted)).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
    await expect(readLines(wanted)).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
  });
});

describe('a file whose last line is torn', () => {
  test('A file whose last line is torn keeps every whole line and moves the rest aside, wherever it was torn.', async () => {
    const whole = '{"n":1}\n{"n":"é\\n"}\n{"n":3}\n';
    const bytes = Buffer.from(whole);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const path = freshFile();
      writeFileSync(path, bytes.subarray(0, cut));
      const kept = bytes.subarray(0, cut).lastIndexOf(0x0a) + 1;
      const before = await readLines(path);
      const file = await openLineFile(path);
      await file.append(['on']);
      await file.close();
      expect(text(path)).toBe(`${bytes.subarray(0, kept)}"on"\n`);
      if (kept === cut) {
        expect([before.torn, file.torn, names(path).length]).toEqual([null, null, 1]);
      } else {
        expect(file.torn).toEqual({ path: `${path}.torn-1`, bytes: cut - kept });
        expect(readFileSync(`${path}.torn-1`)).toEqual(bytes.subarray(kept, cut));
        expect(before.torn).toEqual(new Uint8Array(bytes.subarray(kept, cut)));
      }
    }
  });

  test('A file whose last line is torn never overwrites what was moved aside before.', async () => {
    const path = freshFile();
    for (const n of [1, 2, 3]) {
      appendFileSync(path, `torn ${n}`);
      await (await openLineFile(path)).close();
    }
    expect(names(path)).toEqual([
      'events.jsonl',
      'events.jsonl.torn-1',
      'events.jsonl.torn-2',
      'events.jsonl.torn-3',
    ]);
    expect(text(`${path}.torn-2`)).toBe('torn 2');
    expect(text(path)).toBe('');
  });

  test('A file whose last line is torn keeps the lines before a torn line that is longer than one read.', async () => {
    const path = freshFile();
    writeFileSync(path, `"whole"\n"${'x'.repeat(300_000)}`);
    const file = await openLineFile(path);
    await file.close();
    expect(file.torn?.bytes).toBe(300_001);
    expect(text(path)).toBe('"whole"\n');
  });

  test('A file whose last line is torn loses no byte, whatever the file contains.', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        const path = freshFile();
        writeFileSync(path, bytes);
        const file = await openLineFile(path);
        await file.close();
        const aside = file.torn === null ? Buffer.alloc(0) : readFileSync(file.torn.path);
        expect(Buffer.concat([readFileSync(path), aside])).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 50 },
    );
  });
});

describe('reading', () => {
  test('A damaged line is never skipped: the error names it.', async () => {
    const path = freshFile();
    for (const damage of ['not json', '{"a":1,"a":2}', '', '\u0000\u0000']) {
      writeFileSync(path, `{"n":1}\n${damage}\n{"n":3}\n`);
      const error = await readLines(path).catch((e) => e);
      expect(error).toMatchObject({ code: 'ERR_WCP_STORE' });
      expect(error.message).toContain('Line 2 of ');
    }
  });

  test.each([
    ['is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'it is not UTF-8.'],
    ['begins with a byte order mark', Buffer.from('\ufeff{"n":2}'), 'it begins with a byte order mark.'],
    ['is a byte order mark alone', Buffer.from('\ufeff'), 'it begins with a byte order mark.'],
    ['is not JSON', Buffer.from('{"SECRET":'), 'it is not JSON.'],
  ])('The error about a line that %s says so, and quotes nothing of it.', async (_, line, what) => {
    const path = freshFile();
    writeFileSync(path, Buffer.concat([Buffer.from('{"n":1}\n'), line, Buffer.from('\n')]));
    const { code, message } = await readLines(path).catch((error) => error);
    expect([code, message]).toEqual(['ERR_WCP_STORE', `Line 2 of ${path} cannot be read: ${what}`]);
  });

  test('Lines longer than one read come back whole.', async () => {
    const path = freshFile();
    const values = ['a'.repeat(1_500_000), 'é'.repeat(1_000_000), 'end'];
    const file = await openLineFile(path);
    await file.append(values);
    await file.close();
    expect((await readLines(path)).values).toEqual(values);
    truncateSync(path, 1_000_000);
    expect(await readLines(path)).toMatchObject({ values: [], torn: { length: 1_000_000 } });
  });
});

describe.skipIf(process.platform === 'win32')('a named pipe in the place of the file', () => {
  test('is neither read nor written, and never waited for', async () => {
    const path = freshFile();
    execFileSync('mkfifo', [path]);
    await expect(readLines(path)).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
    await expect(openLineFile(path)).rejects.toMatchObject({ code: 'ERR_WCP_STORE' });
  });
});
