import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { merkleRoot, verifyInclusion, verifyLog } from '@wcp/evidence';
import { verifyTiles } from '@wcp/evidence/tiles';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveStep, archiveLog } from '../../../src/storage/archive/archive-log.ts';
import { type OpenLedger, openLedger } from '../../../src/storage/ledger/ledger.ts';
import { openSqliteStore } from '../../../src/storage/store/sqlite-store.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { filesIn, idAt, keys, ORIGIN, timeAt, writeLog } from './sample-log.ts';

const SIZE = 3_000;
const AT = timeAt(SIZE);
let template: string;
let folder: string;
beforeAll(async () => {
  template = tempFolder();
  await writeLog(template, SIZE);
}, 120_000);
beforeEach(() => {
  folder = tempFolder();
  cpSync(template, folder, { recursive: true });
});

const archive = (
  before: Parameters<typeof archiveLog>[2]['before'],
  report?: (step: ArchiveStep) => void,
) => {
  const { file, identity, archive: dir } = filesIn(folder);
  return archiveLog(file, identity, { dir, before, at: AT, ...(report && { report }) });
};

/** Opens the log as a Hall does. */
async function reading<R>(work: (ledger: OpenLedger) => Promise<R>): Promise<R> {
  const { file, identity, archive: dir } = filesIn(folder);
  const store = openSqliteStore(file);
  try {
    const ledger = await openLedger(store, { ...identity, archive: dir });
    return await work(ledger).finally(() => ledger.close());
  } finally {
    await store.close();
  }
}

const texts = async ({ store }: OpenLedger) =>
  (await store.list('receipts', { limit: SIZE })).map(({ receipt }) => receipt);

describe('an archived log', () => {
  it('is shorter in its store by whole tiles, and the same log to whoever reads it', async () => {
    const before = await reading(texts);
    const archived = await archive({ position: 1_500 });
    expect(archived).toMatchObject({ from: 0, to: 1_280, size: SIZE });
    expect(archived.bytes_after).toBeLessThan(archived.bytes_before * 0.7);
    await reading(async (ledger) => {
      expect(await texts(ledger)).toEqual(before);
      expect((await ledger.sealed.list('receipts', { limit: 1 }))[0]?.position).toBe(1_280);
      const page = await ledger.store.list('receipts', { after: 1_270, limit: 20 });
      expect(page.map(({ position }) => position)).toEqual(Array.from({ length: 20 }, (_, at) => 1_271 + at));
      expect((await ledger.store.get('receipts', 7))?.receipt).toBe(before[7]);
    });
    const receipts = before.map((text) => JSON.parse(text));
    expect(verifyLog({ receipts, keys }).ok).toBe(true);
  });

  it('gives out its decisions as they were', async () => {
    const decisionAt = (position: number) => reading(({ store }) => store.get('decisions', position));
    const [before, later] = [await decisionAt(600), await decisionAt(2_000)];
    await archive({ position: 1_500 });
    expect(before?.input).toContain('request 600');
    expect(await decisionAt(600)).toEqual(before);
    expect(await decisionAt(2_000)).toEqual(later);
    expect(await decisionAt(601)).toBeNull();
  });

  it('proves every receipt, archived or not, in a log of any size', async () => {
    await archive({ position: 1_500 });
    await reading(async (ledger) => {
      const leaves = await texts(ledger);
      for (const [index, size] of [
        [0, SIZE],
        [700, 701],
        [1_279, 1_290],
        [2_999, SIZE],
      ] as const) {
        const proof = await ledger.proveInclusion(index, size);
        const claim = { leaf: leaves[index] as string, index, size, root: merkleRoot(leaves, size), proof };
        expect(verifyInclusion(claim).ok).toBe(true);
      }
    });
  });

  it('goes on: what is appended, and archived later, is of the same log', async () => {
    await archive({ position: 600 });
    expect(await archive({ position: 1_500 })).toMatchObject({ from: 512, to: 1_280 });
    await reading(async (ledger) => {
      const { root } = await ledger.head();
      expect(merkleRoot(await texts(ledger))).toBe(root);
    });
  });

  it('is verified alone, against the checkpoint that it came with', async () => {
    await archive({ position: 1_500 });
    const { archive: dir } = filesIn(folder);
    expect(await verifyTiles(dir, { keys, origin: ORIGIN, threads: 1 })).toMatchObject({
      ok: true,
      size: 1_280,
    });
    const description = join(dir, 'archive.json');
    const text = readFileSync(description, 'utf8');
    writeFileSync(description, text.replace('"log_size": 3000', '"log_size": 3001'));
    const cut = await verifyTiles(dir, { keys, origin: ORIGIN, threads: 1 });
    expect(cut.findings.map(({ code }) => code)).toEqual(['LOG_TAIL_MISSING']);
    writeFileSync(description, text.replace('"size": 1280', '"size": 1024'));
    const shorter = await verifyTiles(dir, { keys, origin: ORIGIN, threads: 1 });
    expect(shorter.findings.map(({ code }) => code)).toContain('LOG_ROOT_MISMATCH');
  });

  it('is cut at a time as at a position, and leaves what is last and what is unfinished', async () => {
    expect(await archive({ time: timeAt(800) })).toMatchObject({ from: 0, to: 768 });
    expect(await archive({ position: SIZE })).toMatchObject({ from: 768, to: 1_792 });
    expect(await archive({ position: 100 })).toMatchObject({ from: 1_792, to: 1_792 });
  });

  it('keeps in the store whatever a hold stands on', async () => {
    await reading(async ({ store }) => {
      const row = { id: idAt(520), state: 'pending', at: AT, document: '{}' };
      await store.commit([{ put: 'approvals', row }]);
    });
    expect(await archive({ position: 1_500 })).toMatchObject({ from: 0, to: 512 });
  });

  it('says that its archive is missing or was changed, and shows nothing in its place', async () => {
    await archive({ position: 1_500 });
    const { archive: dir } = filesIn(folder);
    const bundle = join(dir, 'tile/entries/001');
    const bytes = readFileSync(bundle);
    writeFileSync(bundle, Buffer.from(bytes.toString('latin1').replace('run-300', 'run-301'), 'latin1'));
    const decisions = join(dir, 'decisions/001.jsonl');
    writeFileSync(decisions, readFileSync(decisions, 'utf8').replace('request 300', 'request 301'));
    await reading(async ({ store, proveInclusion }) => {
      await expect(store.list('receipts', { limit: 300 })).rejects.toMatchObject({
        code: 'ERR_WCP_ARCHIVE',
        message: expect.stringContaining('was changed'),
      });
      await expect(store.get('decisions', 300)).rejects.toMatchObject({ code: 'ERR_WCP_STORE_TAMPERED' });
      expect(proveInclusion).toBeTypeOf('function');
    });
    rmSync(dir, { recursive: true });
    await reading(async (ledger) => {
      await expect(ledger.store.get('receipts', 7)).rejects.toMatchObject({
        code: 'ERR_WCP_ARCHIVE',
        message: expect.stringContaining('missing'),
      });
      await expect(ledger.store.get('decisions', 8)).rejects.toMatchObject({ code: 'ERR_WCP_ARCHIVE' });
      await expect(ledger.proveInclusion(7, SIZE)).rejects.toMatchObject({ code: 'ERR_WCP_ARCHIVE' });
      expect(await ledger.store.list('receipts', { after: 1_279, limit: 1 })).toHaveLength(1);
    });
  });

  it('Nothing is removed where the archive could not be written.', async () => {
    const { archive: dir } = filesIn(folder);
    const before = await reading(texts);
    writeFileSync(dir, 'a file in its place');
    await expect(archive({ position: 1_500 })).rejects.toThrow();
    expect(await reading(texts)).toEqual(before);
  });

  it('A receipt that somebody changed is not archived as if it were the one that was signed.', async () => {
    const { file } = filesIn(folder);
    const database = new DatabaseSync(file);
    database.exec("UPDATE receipts SET receipt = replace(receipt, 'ALLOW', 'DENY') WHERE position = 10");
    database.close();
    await expect(archive({ position: 1_500 })).rejects.toMatchObject({ code: 'ERR_WCP_STORE_TAMPERED' });
  });
});
