import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  appendReceipt,
  consistencyProof,
  createReceiptChain,
  generateSigningKey,
  signCheckpoint,
} from '../../src/index.ts';
import type { ReceiptDraft } from '../../src/receipt/index.ts';
import { decodeEntries, encodeEntries, TileBuilder, verifyTiles } from '../../src/tiles/index.ts';

const ORIGIN = 'hall.example/log';
const key = generateSigningKey();
const keys = { [key.keyId]: key.publicKey };
/** More than two jobs of bundles, and a partial bundle. */
const SIZE = 2 * 8 * 256 + 300;

let root: string;
let earlier: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'wcp-tiles-'));
  const builder = new TileBuilder();
  let chain = createReceiptChain(key);
  for (let index = 0; index < SIZE; index += 1) {
    const appended = appendReceipt(chain, {
      stream: `tenant-${index % 3}`,
      kind: 'event',
    } as unknown as ReceiptDraft);
    chain = appended.chain;
    write(builder.append(Buffer.from(appended.leaf)));
    if (builder.size === 1_000)
      earlier = signCheckpoint({ origin: ORIGIN, size: 1_000, root: builder.root() }, key);
  }
  write(builder.partials());
  const head = { origin: ORIGIN, size: SIZE, root: builder.root() };
  writeFileSync(join(root, 'checkpoint'), signCheckpoint(head, key));
});
afterAll(() => rmSync(root, { recursive: true }));

function write(tiles: ReturnType<TileBuilder['partials']>, dir = root) {
  for (const { path, bytes } of tiles) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), bytes);
  }
}

/** What is found in a copy that somebody changed. */
async function findingsIn(change: (dir: string) => void, options: object = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'wcp-tiles-'));
  try {
    cpSync(root, dir, { recursive: true });
    change(dir);
    const { ok, findings } = await verifyTiles(dir, { keys, origin: ORIGIN, threads: 2, ...options });
    expect(ok).toBe(findings.length === 0);
    return findings.map(({ index, code }) => `${index} ${code}`);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function editEntry(dir: string, bundle: string, at: number, edit: (text: string) => string) {
  const file = join(dir, 'tile/entries', bundle);
  const entries = decodeEntries(readFileSync(file)) as Buffer[];
  entries[at] = Buffer.from(edit(String(entries[at])));
  writeFileSync(file, encodeEntries(entries));
}

describe('tiles in a folder', () => {
  it('hold as they were written, with the checkpoints of every size', async () => {
    const told: number[] = [];
    const onProgress = (verified: number) => void told.push(verified);
    expect(await findingsIn(() => {}, { checkpoints: [earlier], onProgress })).toEqual([]);
    expect(told).toEqual([2_048, 4_096, SIZE]);
  });

  it('A changed receipt, and every tile above it, is found.', async () => {
    const change = (dir: string) =>
      editEntry(dir, '009', 4, (text) => text.replace('"kind":"event"', '"kind":"other"'));
    expect(await findingsIn(change)).toEqual([
      '2308 RECEIPT_HASH_MISMATCH',
      '2304 TILE_MISMATCH',
      '0 TILE_MISMATCH',
      '0 LOG_ROOT_MISMATCH',
    ]);
  });

  it('An entry that is not canonical JSON is not a receipt, whatever it says.', async () => {
    const found = await findingsIn((dir) => editEntry(dir, '000', 0, (text) => `${text} `));
    expect(found[0]).toBe('0 RECEIPT_MALFORMED');
  });

  it('A receipt of an unknown key, and one with another signature, are found.', async () => {
    const unknown = await verifyTiles(root, { keys: {}, origin: ORIGIN, threads: 1 });
    expect(unknown.findings[0]).toMatchObject({ index: 0, code: 'RECEIPT_KEY_UNKNOWN' });
    expect([unknown.is_cut_off, unknown.findings.length]).toEqual([true, 1_000]);
    const forged = (text: string) => text.replace(/"signature":"..../, '"signature":"AAAA');
    const found = await findingsIn((dir) => editEntry(dir, '000', 7, forged));
    expect(found).toContain('7 RECEIPT_SIGNATURE_INVALID');
  });

  it('Receipts that changed places within a job, and across jobs, break their chains.', async () => {
    const swap = (from: [string, number], to: [string, number]) => (dir: string) => {
      const read = ([bundle]: [string, number]) =>
        decodeEntries(readFileSync(join(dir, 'tile/entries', bundle))) as Buffer[];
      const [a, b] = [read(from)[from[1]], read(to)[to[1]]].map(String) as [string, string];
      editEntry(dir, from[0], from[1], () => b);
      editEntry(dir, to[0], to[1], () => a);
    };
    expect(await findingsIn(swap(['000', 3], ['000', 6]))).toContain('3 RECEIPT_SEQ_GAP');
    expect(await findingsIn(swap(['008', 0], ['008', 3]))).toContain('2048 RECEIPT_CHAIN_BREAK');
  });

  it.each([
    ['tile/entries/008', '2048 TILE_MISSING'],
    ['tile/entries/017.p/44', '4352 TILE_MISSING'],
    ['tile/0/003', '768 TILE_MISSING'],
    ['tile/1/000.p/17', '0 TILE_MISSING'],
  ])('Without %s, exactly that is found.', async (path, found) => {
    expect(await findingsIn((dir) => rmSync(join(dir, path)))).toEqual([found]);
  });

  it.each([
    ['tile/entries/008', '2048 TILE_MALFORMED'],
    ['tile/0/003', '768 TILE_MALFORMED'],
    ['tile/1/000.p/17', '0 TILE_MALFORMED'],
  ])('Where %s is cut short, exactly that is found.', async (path, found) => {
    const cut = (dir: string) => writeFileSync(join(dir, path), readFileSync(join(dir, path)).subarray(1));
    expect(await findingsIn(cut)).toEqual([found]);
  });

  it('A changed bit of a tile is found.', async () => {
    const flip = (path: string) => (dir: string) => {
      const bytes = readFileSync(join(dir, path));
      bytes[5] = (bytes[5] as number) ^ 1;
      writeFileSync(join(dir, path), bytes);
    };
    expect(await findingsIn(flip('tile/0/003'))).toEqual(['768 TILE_MISMATCH']);
    expect(await findingsIn(flip('tile/1/000.p/17'))).toEqual(['0 TILE_MISMATCH']);
  });

  it('Checkpoints are judged: of another log, unsigned, of a longer log, of another tree.', async () => {
    const note = readFileSync(join(root, 'checkpoint'), 'utf8');
    const other = signCheckpoint({ origin: ORIGIN, size: 1_000, root: `sha256:${'0'.repeat(64)}` }, key);
    const longer = signCheckpoint({ origin: ORIGIN, size: SIZE + 1, root: `sha256:${'0'.repeat(64)}` }, key);
    const empty = signCheckpoint({ origin: ORIGIN, size: 0, root: `sha256:${'0'.repeat(64)}` }, key);
    const checkpoints = [other, longer, empty, 'nothing'];
    expect(await findingsIn(() => {}, { checkpoints })).toEqual([
      '1 LOG_ROOT_MISMATCH',
      '2 LOG_TAIL_MISSING',
      '3 LOG_ROOT_MISMATCH',
      '4 CHECKPOINT_MALFORMED',
    ]);
    expect(await findingsIn(() => {}, { origin: 'other.example' })).toEqual(['0 CHECKPOINT_ORIGIN_MISMATCH']);
    const forge = (dir: string) =>
      writeFileSync(join(dir, 'checkpoint'), note.replace(String(SIZE), String(SIZE - 1)));
    expect(await findingsIn(forge)).toContain('0 CHECKPOINT_SIGNATURE_INVALID');
    expect(await findingsIn((dir) => rmSync(join(dir, 'checkpoint')))).toEqual(['0 CHECKPOINT_MALFORMED']);
  });

  /** Whoever cuts the end off cannot say that the rest is all there was. */
  describe('that were made an archive', () => {
    const size = 2 * 256;
    const describedAs = (change: object) => (dir: string) => {
      const builder = new TileBuilder();
      const leaves = ['000', '001'].flatMap(
        (name) => decodeEntries(readFileSync(join(root, 'tile/entries', name))) as Buffer[],
      );
      for (const leaf of leaves) builder.append(leaf);
      const proof = consistencyProof(allLeaves(), size, SIZE);
      const archive = { schema_version: 'wcp-archive.v1', size, root: builder.root(), log_size: SIZE, proof };
      writeFileSync(join(dir, 'archive.json'), JSON.stringify({ ...archive, ...change }));
      write(builder.partials(), dir);
    };
    const allLeaves = () =>
      readdirSync(join(root, 'tile/entries'), { recursive: true, encoding: 'utf8' })
        .filter((name) => !name.endsWith('.p'))
        .toSorted()
        .flatMap((name) => decodeEntries(readFileSync(join(root, 'tile/entries', name))) as Buffer[]);

    it('They hold, and it is said that the rest of the log is not here.', async () => {
      const dir = mkdtempSync(join(tmpdir(), 'wcp-tiles-'));
      try {
        cpSync(root, dir, { recursive: true });
        describedAs({})(dir);
        const { ok, size: seen, is_whole, not_checked } = await verifyTiles(dir, { keys, threads: 1 });
        expect({ ok, seen, is_whole }).toEqual({ ok: true, seen: size, is_whole: false });
        expect(not_checked.map(({ code }) => code)).toContain('REST_OF_LOG_NOT_CHECKED');
      } finally {
        rmSync(dir, { recursive: true });
      }
    });

    it.each([
      ['another schema_version', { schema_version: 'wcp-archive.v2' }],
      ['no receipts', { size: 0 }],
      ['half a bundle', { size: 500 }],
      ['more than the log', { log_size: 256 }],
      ['a root that is none', { root: 'none' }],
      ['no proof', { proof: null }],
      ['a proof of something else', { proof: [1] }],
      ['a member more', { more: 1 }],
    ])('A description with %s is none.', async (_, change) => {
      expect(await findingsIn(describedAs(change))).toContain('0 ARCHIVE_MALFORMED');
    });

    it('A root that is not that of the entries is found, and no other code.', async () => {
      const change = describedAs({ root: `sha256:${'0'.repeat(64)}` });
      expect(await findingsIn(change)).toEqual(['0 ARCHIVE_ROOT_MISMATCH']);
    });
  });
});
