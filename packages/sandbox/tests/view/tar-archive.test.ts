import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tarArchive } from '../../src/view/tar-archive.ts';

test('an archive unpacks to the same files, whatever their names and sizes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-tar-'));
  const long = (length: number) => `${'d'.repeat(80)}/${'é'.repeat(30)}/${'f'.repeat(length)}`;
  const files = [
    { path: 'a', bytes: Buffer.from('one') },
    { path: 'empty', bytes: Buffer.alloc(0) },
    { path: 'sub/block', bytes: Buffer.alloc(512, 7) },
    { path: '-leading dash', bytes: Buffer.from('x') },
    { path: 'new\nline', bytes: Buffer.from('y') },
    { path: 'n'.repeat(100), bytes: Buffer.alloc(70_000, 1) },
    // Around the length at which the record's own length gets another digit.
    ...[1, 20, 80, 81, 82, 83, 84, 85, 86, 200].map((length) => ({
      path: long(length),
      bytes: Buffer.from(String(length)),
    })),
  ];
  try {
    const { status, stderr } = spawnSync('tar', ['--extract', '--directory', folder], {
      input: tarArchive(files),
    });
    expect([status, stderr.toString()]).toEqual([0, '']);
    for (const { path, bytes } of files) expect(readFileSync(join(folder, path)).equals(bytes)).toBe(true);
    const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
      statSync(join(folder, path)).isFile(),
    );
    expect(found.length).toBe(files.length);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
