import { execFileSync } from 'node:child_process';
import {
  appendFile,
  chmod,
  mkdir,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { packageHash } from '@wcp/evidence';
import { type Sha256, sha256 } from '@wcp/spec';
import { beforeEach, expect, test } from 'vitest';
import { PackageSnapshots, pruneSnapshots } from '../../../src/delivery/package/package-snapshots.ts';
import { callOf, openPackage, temporaryFolder } from '../support.ts';

let source: string;
let folder: string;
let hash: Sha256;
let snapshots: PackageSnapshots;

beforeEach(async () => {
  source = await temporaryFolder();
  folder = join(await temporaryFolder(), 'snapshots');
  await mkdir(join(source, 'lib/empty'), { recursive: true });
  await writeFile(join(source, 'worker.mjs'), 'export {};\n');
  await writeFile(join(source, 'lib/part.bin'), Buffer.alloc(700_000, 7));
  hash = await packageHash(source);
  snapshots = new PackageSnapshots(folder);
});

const open = async () => (await snapshots.open(hash, source))?.dir ?? null;
const place = () => join(folder, hash.slice(7));

test('A copy is stored under its hash, read-only, and has that hash.', async () => {
  expect(await open()).toBe(place());
  expect(await packageHash(place())).toBe(hash);
  for (const path of ['', 'worker.mjs', 'lib', 'lib/part.bin']) {
    expect((await stat(join(place(), path))).mode & 0o222).toBe(0);
  }
  expect(await readdir(folder)).toEqual([hash.slice(7)]);
});

test('A copy does not depend on the permissions of the source’s files.', async () => {
  await chmod(join(source, 'worker.mjs'), 0o600);
  await open();
  expect((await stat(join(place(), 'worker.mjs'))).mode & 0o777).toBe(0o555);
});

test('A copy holds nothing that the hash does not cover.', async () => {
  await mkdir(join(source, '.git'));
  for (const name of ['manifest.json', 'manifest.sig', 'manifest.tmp', '.git/evil.mjs']) {
    await writeFile(join(source, name), 'export {};');
  }
  expect(await packageHash(source)).toBe(hash);
  await open();
  expect((await readdir(place(), { recursive: true })).toSorted()).toEqual([
    'lib',
    'lib/part.bin',
    'worker.mjs',
  ]);
});

test('The copy stays usable when the source changes or is gone.', async () => {
  await open();
  await appendFile(join(source, 'worker.mjs'), '// changed\n');
  expect(await open()).toBe(place());
  await rm(source, { recursive: true });
  expect(await open()).toBe(place());
});

test('Without a copy, a source with another hash yields none.', async () => {
  await appendFile(join(source, 'worker.mjs'), '// changed\n');
  expect(await open()).toBeNull();
  expect(await readdir(folder).catch(() => [])).toEqual([]);
});

test.each<[string, () => Promise<unknown>]>([
  ['a changed file', () => appendFile(join(place(), 'worker.mjs'), '// changed\n')],
  ['a file more', () => writeFile(join(place(), 'more.mjs'), '')],
  ['a file less', () => rm(join(place(), 'worker.mjs'))],
  ['a file that the hash leaves out', () => writeFile(join(place(), 'manifest.json'), '')],
  ['a folder that the hash leaves out', () => mkdir(join(place(), '.git'))],
  ['a link', () => symlink('worker.mjs', join(place(), 'link.mjs'))],
])('A copy with %s is not used: it is made again while the source has the hash.', async (_, spoil) => {
  await open();
  for (const path of ['', 'lib', 'worker.mjs']) await chmod(join(place(), path), 0o700);
  await spoil();
  expect(await open()).toBe(place());
  expect(await packageHash(place())).toBe(hash);
  await chmod(place(), 0o700);
  await spoil().catch(() => {});
  await appendFile(join(source, 'worker.mjs'), '// changed\n');
  await chmod(join(place(), 'worker.mjs'), 0o700).catch(() => {});
  expect(await open()).toBeNull();
  expect(await readdir(folder)).toEqual([]);
});

test('A link in the place of a copy is not followed.', async () => {
  await open();
  await rename(place(), join(folder, '../elsewhere'));
  await symlink('../elsewhere', place());
  await appendFile(join(source, 'worker.mjs'), '// changed\n');
  expect(await open()).toBeNull();
});

test('A file that is not a regular one is not waited for.', async () => {
  execFileSync('mkfifo', [join(source, 'pipe')]);
  expect(await open()).toBeNull();
});

test('All of many callers that want one copy at the same time get it.', async () => {
  const other = new PackageSnapshots(folder);
  const places = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      n % 2 === 0 ? open() : other.open(hash, source).then((opened) => opened?.dir),
    ),
  );
  expect(new Set(places)).toEqual(new Set([place()]));
  expect(await readdir(folder)).toEqual([hash.slice(7)]);
});

test('Copies that no worker needs are removed, and after a while what a crash left behind.', async () => {
  await open();
  const kept = hash;
  await appendFile(join(source, 'worker.mjs'), '// next\n');
  const next = await packageHash(source);
  await snapshots.open(next, source);
  for (const name of ['.passing-old', '.passing-new']) await mkdir(join(folder, name), { mode: 0o555 });
  await utimes(join(folder, '.passing-old'), new Date('2020-01-01'), new Date('2020-01-01'));
  await writeFile(join(folder, 'notes'), 'the operator’s own');
  expect(await pruneSnapshots(folder, [kept, sha256('')])).toEqual([next]);
  expect((await readdir(folder)).toSorted()).toEqual(['.passing-new', kept.slice(7), 'notes'].toSorted());
  expect(await pruneSnapshots(join(folder, 'absent'), [])).toEqual([]);
});

const SAYS_WHO = `
process.stdin.once('data', (line) => {
  const { id } = JSON.parse(line);
  const result = { id, status: 'ok', result: 'WHO', telemetry: [], evidence: [], deny_reason: null };
  process.stdout.write(JSON.stringify(result) + '\\n');
});`;

test('The code that was decided about runs, even though the package has changed meanwhile.', async () => {
  const { delivery, dir, hash: decided } = await openPackage(SAYS_WHO, { limits: { calls: 1 } });
  const deliver = (code_hash: Sha256 | null) => delivery.deliver(callOf({}, { code_hash }));
  expect(await deliver(decided)).toMatchObject({ result: { result: 'WHO' } });
  await writeFile(join(dir, 'main.mjs'), SAYS_WHO.replace('WHO', 'ANOTHER'));
  expect(await deliver(decided)).toMatchObject({ result: { result: 'WHO' } });
  expect(await deliver(await delivery.observe())).toMatchObject({ result: { result: 'ANOTHER' } });
});

test('Where the package has changed and there is no copy, nothing runs.', async () => {
  const { delivery, dir, hash: decided } = await openPackage(SAYS_WHO);
  await appendFile(join(dir, 'main.mjs'), '\n');
  for (const code_hash of [decided, 'sha256:../../x' as Sha256, null]) {
    const { status, code } = await delivery.deliver(callOf({}, { code_hash }));
    expect([status, code]).toEqual([
      'error',
      code_hash === decided ? 'DELIVERY_CODE_CHANGED' : 'DELIVERY_CODE_UNKNOWN',
    ]);
  }
});
