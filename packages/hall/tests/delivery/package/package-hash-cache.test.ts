import { appendFile, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { PackageHashCache } from '../../../src/delivery/package/package-hash-cache.ts';
import { temporaryFolder } from '../support.ts';

const hashed = vi.hoisted(() => ({ count: 0, meanwhile: async () => {} }));
vi.mock('@wcp/evidence', async (original) => {
  const evidence = await original<typeof import('@wcp/evidence')>();
  return {
    ...evidence,
    packageHash: async (dir: string) => {
      hashed.count += 1;
      const hash = await evidence.packageHash(dir);
      await hashed.meanwhile();
      return hash;
    },
  };
});
const { packageHash } = await vi.importActual<typeof import('@wcp/evidence')>('@wcp/evidence');

let dir: string;
let file: string;

beforeEach(async () => {
  dir = await temporaryFolder();
  file = join(dir, 'worker.mjs');
  await writeAsOf2020('export {};\n');
  await mkdir(join(dir, 'lib'));
  await writeFile(join(dir, 'lib/part.mjs'), 'export {};\n');
  hashed.count = 0;
  hashed.meanwhile = async () => {};
});

/** Looks at the package as if it had been left alone for a while. */
async function settledSight() {
  const hashes = new PackageHashCache(dir);
  const later = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 10_000);
  await hashes.observe();
  later.mockRestore();
  hashed.count = 0;
  return hashes;
}

test('An unchanged package is hashed once.', async () => {
  const hashes = await settledSight();
  for (let n = 0; n < 5; n += 1) expect(await hashes.observe()).toBe(await packageHash(dir));
  expect(hashed.count).toBe(0);
});

test('A package that was changed a moment ago is hashed again, because the clock may not have moved on.', async () => {
  const hashes = new PackageHashCache(dir);
  for (let n = 0; n < 3; n += 1) await hashes.observe();
  expect(hashed.count).toBe(3);
});

test('Files dated in the future are always hashed again.', async () => {
  await utimes(file, new Date('2999-01-01'), new Date('2999-01-01'));
  const hashes = await settledSight();
  await hashes.observe();
  expect(hashed.count).toBe(1);
});

test.each<[string, () => Promise<unknown>]>([
  ['another byte', () => appendFile(file, '\n')],
  ['another content of the same size, with the old time', () => writeAsOf2020('import {};\n')],
  ['another file in its place', () => replace('export {};\n')],
  ['a new file', () => writeFile(join(dir, 'lib/new.mjs'), '')],
  ['a file that is gone', () => rm(join(dir, 'lib/part.mjs'))],
  ['a file of another name', () => rename(join(dir, 'lib/part.mjs'), join(dir, 'lib/other.mjs'))],
])('The cache notices a change: %s.', async (_, change) => {
  const hashes = await settledSight();
  await change();
  expect(await hashes.observe()).toBe(await packageHash(dir));
  expect(hashed.count).toBe(1);
});

async function writeAsOf2020(text: string) {
  const old = new Date('2020-01-01');
  await writeFile(file, text);
  await utimes(file, old, old);
}

async function replace(text: string) {
  await writeFile(join(dir, '../replacement'), text);
  await rename(join(dir, '../replacement'), file);
}

test('Files that the hash does not cover are not read.', async () => {
  const hashes = await settledSight();
  await mkdir(join(dir, '.git/objects'), { recursive: true });
  for (const name of ['manifest.json', '.git/objects/one']) await writeFile(join(dir, name), 'x');
  await hashes.observe();
  expect(hashed.count).toBe(0);
});

test('A package that changes while it is hashed is hashed again.', async () => {
  const hashes = new PackageHashCache(dir);
  hashed.meanwhile = async () => {
    hashed.meanwhile = async () => {};
    await appendFile(file, '// late\n');
  };
  expect(await hashes.observe()).toBe(await packageHash(dir));
  expect(hashed.count).toBe(2);
});

test('A package that keeps changing is given up on, and not remembered.', async () => {
  const hashes = new PackageHashCache(dir);
  hashed.meanwhile = () => appendFile(file, '// again\n');
  await hashes.observe();
  expect(hashed.count).toBe(3);
  hashed.meanwhile = async () => {};
  expect(await hashes.observe()).toBe(await packageHash(dir));
});

test('A caller that comes during an observation gets the result of the next one.', async () => {
  const hashes = new PackageHashCache(dir);
  let late: Promise<unknown> = Promise.resolve();
  hashed.meanwhile = async () => {
    hashed.meanwhile = async () => {};
    late = Promise.all([hashes.observe(), hashes.observe()]);
    await appendFile(file, '// after they came\n');
  };
  await hashes.observe();
  const hash = await packageHash(dir);
  expect(await late).toEqual([hash, hash]);
});

test('A package that cannot be read has no hash until it can be read.', async () => {
  const hashes = await settledSight();
  await symlink('worker.mjs', join(dir, 'link.mjs'));
  await expect(hashes.observe()).rejects.toMatchObject({ code: 'ERR_WCP_PACKAGE' });
  await rm(join(dir, 'link.mjs'));
  expect(await hashes.observe()).toBe(await packageHash(dir));
  await rm(dir, { recursive: true });
  await expect(hashes.observe()).rejects.toThrow();
});
