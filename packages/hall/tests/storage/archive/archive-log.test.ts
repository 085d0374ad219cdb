import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { merkleRoot, verifyInclusion, verifyLog } from '@wcp/evidence';
import { verifyTiles } from '@wcp/evidence/tiles';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveStep, archiveLog } from '../../../src/storage/archive/archive-log.ts';
import { type OpenLedger, openLedger } from '../../../src/storage/ledger/ledger.ts';
import { Eraser } from '../../../src/storage/payload/eraser.ts';
import { openSqliteStore } from '../../../src/storage/store/sqlite-store.ts';
import type { ReceiptRow } from '../../../src/storage/store/store.ts';
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

/** The payload of a decision as the store holds it. */
async function storedPayload(sealed: OpenLedger['sealed'], position: number): Promise<Buffer> {
  const row = (await sealed.get('decisions', position)) as { readonly payload?: Uint8Array } | null;
  return Buffer.from(row?.payload as Uint8Array).subarray(0, 64);
}

/** The files below the folder in which some bytes stand. */
function filesWith(bytes: string | Buffer): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => {
    const file = join(folder, name);
    return statSync(file).isFile() && readFileSync(file).includes(bytes);
  });
}

describe('an archived log', () => {
  it('is shorter in its store by whole tiles, and the same log to whoever reads it', async () => {
    const before = await reading(texts);
    const archived = await archive({ position: 1_500 });
    expect(archived).toMatchObject({ from: 0, to: 1_280, size: SIZE });
    expect(archived.bytes_after).toBeLessThan(archived.bytes_before * 0.9);
    await reading(async (ledger) => {
      expect(await texts(ledger)).toEqual(before);
      const stored = await ledger.sealed.list('receipts', { limit: SIZE });
      expect(stored.findIndex(({ receipt }) => receipt !== '')).toBe(1_280);
      const [found] = await ledger.store.list('receipts', { where: { decision_id: idAt(7) } });
      expect(found?.receipt).toBe(before[7]);
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
      const row = { id: idAt(520), state: 'pending', at: AT, tenant_id: null, document: '{}' };
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
    await reading(async ({ store }) => {
      await expect(store.list('receipts', { limit: 300 })).rejects.toMatchObject({
        code: 'ERR_WCP_ARCHIVE',
        message: expect.stringContaining('was changed'),
      });
    });
    rmSync(dir, { recursive: true });
    await reading(async (ledger) => {
      await expect(ledger.store.get('receipts', 7)).rejects.toMatchObject({
        code: 'ERR_WCP_ARCHIVE',
        message: expect.stringContaining('missing'),
      });
      expect((await ledger.store.get('decisions', 8))?.input).toContain('request 8');
      expect(await ledger.proveInclusion(7, SIZE)).not.toEqual([]);
      expect(await ledger.store.list('receipts', { after: 1_279, limit: 1 })).toHaveLength(1);
    });
  });

  it.each([
    ['one decision', { scope: 'decision', tenant_id: null, before: null, decision_id: idAt(600) }],
    ['what is older', { scope: 'before', tenant_id: null, before: timeAt(700), decision_id: null }],
    ['a tenant', { scope: 'tenant', tenant_id: 'tenant-0', before: null, decision_id: null }],
  ] as const)(
    'forgets the payload of %s, whose receipts are archived, and stays the same log',
    async (_, scope) => {
      const before = await reading(texts);
      await archive({ position: 1_500 });
      const [gone, kept] = await reading(async ({ sealed }) => [
        await storedPayload(sealed, 600),
        await storedPayload(sealed, 2_000),
      ]);
      expect([filesWith(gone), filesWith(kept)]).toEqual([['store.db'], ['store.db']]);
      await reading(async (ledger) => {
        const eraser = await Eraser.open(ledger);
        const order = {
          ...scope,
          data_label: null,
          reason: 'request',
          note: null,
          by: 'admin',
          at: AT,
        } as const;
        expect((await eraser.forget(order)).receipt).toContain('erasure');
        while (await eraser.work());
      });
      await reading(async (ledger) => {
        expect((await ledger.store.get('decisions', 600))?.input).toBeNull();
        expect((await ledger.store.get('decisions', 2_000))?.input).toContain('request 2000');
        const all = (await ledger.store.list('receipts', { limit: SIZE + 1 })).map(({ receipt }) => receipt);
        expect(all.slice(0, SIZE)).toEqual(before);
        expect(merkleRoot(all)).toBe((await ledger.head()).root);
      });
      // Neither as it was sent nor as it was stored: not in the store, the archive, its tiles or what was written beside them.
      expect([filesWith('request 600'), filesWith(gone), filesWith(kept)]).toEqual([[], [], ['store.db']]);
      const held = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.jsonl'),
      );
      expect(held).toEqual([]);
    },
  );

  it('A receipt whose text is missing, and that is in no archive, is refused.', async () => {
    await reading(async ({ sealed }) => {
      const row = await sealed.get('receipts', 9);
      await sealed.commit([{ put: 'receipts', row: { ...(row as ReceiptRow), receipt: '' } }]);
    });
    await reading(async ({ store }) => {
      await expect(store.get('receipts', 9)).rejects.toMatchObject({ code: 'ERR_WCP_STORE_TAMPERED' });
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
