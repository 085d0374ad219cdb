import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMerkleTree, inclusionProof, verifyInclusion } from '../../src/index.ts';
import {
  decodeEntries,
  encodeEntries,
  type TileAddress,
  TileBuilder,
  tilePath,
  tileReader,
  tilesOf,
} from '../../src/tiles/index.ts';

const entry = (index: number) => Buffer.from(`entry ${index}`);

/** Everything that a builder ever wrote, by path. */
function build(size: number, entryAt: (index: number) => Buffer = entry) {
  const builder = new TileBuilder();
  const tiles = new Map<string, Uint8Array>();
  const keep = (list: ReturnType<TileBuilder['partials']>) => {
    for (const { path, bytes } of list) tiles.set(path, bytes);
  };
  for (let index = 0; index < size; index += 1) keep(builder.append(entryAt(index)));
  keep(builder.partials());
  return { builder, tiles };
}

describe('the path of a tile', () => {
  it.each<[TileAddress, string]>([
    [{ level: 'entries', index: 0, width: 1 }, 'tile/entries/000.p/1'],
    [{ level: 'entries', index: 0, width: 256 }, 'tile/entries/000'],
    [{ level: 'entries', index: 1234067, width: 6 }, 'tile/entries/x001/x234/067.p/6'],
    [{ level: 2, index: 0, width: 255 }, 'tile/2/000.p/255'],
    [{ level: 2, index: 10, width: 256 }, 'tile/2/010'],
    [{ level: 0, index: 1234067, width: 256 }, 'tile/0/x001/x234/067'],
    [{ level: 0, index: 1000, width: 256 }, 'tile/0/x001/000'],
  ])('%j is %s, as other implementations have it', (place, path) => {
    expect(tilePath(place)).toBe(path);
  });

  it.each([
    { level: 64, index: 0, width: 1 },
    { level: 0, index: -1, width: 1 },
    { level: 0, index: 0, width: 0 },
    { level: 0, index: 0, width: 257 },
    { level: 0.5, index: 0, width: 1 },
  ])('%j has none', (place) => {
    expect(() => tilePath(place)).toThrow(expect.objectContaining({ code: 'ERR_WCP_MERKLE_RANGE' }));
  });

  it('A tree of 70,000 entries has the tiles that the specification counts.', () => {
    const tiles = [...tilesOf(70_000)];
    const at = (level: TileAddress['level'], width: number) =>
      tiles.filter((tile) => tile.level === level && tile.width === width).length;
    expect([at(0, 256), at(0, 112), at(1, 256), at(1, 17), at(2, 1)]).toEqual([273, 1, 1, 1, 1]);
    expect(at('entries', 256) + at('entries', 112)).toBe(274);
    expect(tiles).toHaveLength(274 * 2 + 3);
  });

  it.each([
    [0, 0],
    [255, 256],
    [256, 257],
    [65_000, 66_000],
    [65_535, 65_536],
    [65_536, 65_537],
  ])('From %i entries to %i, only what is new is listed.', (from, to) => {
    const before = new Set([...tilesOf(from)].map(tilePath));
    const fresh = [...tilesOf(to)].map(tilePath).filter((path) => !before.has(path));
    const listed = [...tilesOf(to, from)].map(tilePath);
    expect(listed.filter((path) => !before.has(path))).toEqual(fresh);
  });
});

describe('a bundle of entries', () => {
  it('holds entries of up to 65,535 bytes, empty ones as well', () => {
    const entries = [Buffer.alloc(0), Buffer.alloc(65_535, 1), Buffer.from('last')];
    expect(decodeEntries(encodeEntries(entries))).toEqual(entries);
    expect(() => encodeEntries([Buffer.alloc(65_536)])).toThrow(
      expect.objectContaining({ code: 'ERR_WCP_TILES' }),
    );
  });

  it.each(['00', '0001', '000161ff', '0002610000'])('%s is none', (hex) => {
    expect(decodeEntries(Buffer.from(hex, 'hex'))).toBeNull();
  });
});

describe('the tiles of a log', () => {
  it('have the root of another implementation, over its 66,000 entries', () => {
    const theirs = (index: number) => Buffer.from(`\0\0\0\x01entry-${index}-${'x'.repeat(index % 37)}`);
    const { builder, tiles } = build(66_000, theirs);
    const root = Buffer.from('+AWMUCk19n0KCYumG1DKQ4dW3hcS8C/ygvZB7mP5NOU=', 'base64').toString('hex');
    expect(builder.root()).toBe(`sha256:${root}`);
    const resumed = TileBuilder.resume(66_000, (path) => tiles.get(path) ?? null);
    expect(resumed.root()).toBe(builder.root());
    expect([...tilesOf(66_000)].map(tilePath).filter((path) => !tiles.has(path))).toEqual([]);
  });

  it.each([0, 1, 255, 256, 257, 512, 1_000])('at %i entries are those of its size, and no others', (size) => {
    const { tiles, builder } = build(size);
    const tree = createMerkleTree(Array.from({ length: size }, (_, index) => entry(index)));
    expect(builder.root()).toBe(tree.root());
    expect([...tilesOf(size)].map(tilePath).sort()).toEqual([...tiles.keys()].sort());
    for (const place of tilesOf(size)) {
      if (place.level === 'entries') continue;
      const hashes = Array.from({ length: place.width }, (_, at) =>
        tree.hashOf({ height: 8 * (place.level as number), index: place.index * 256 + at }),
      );
      expect(Buffer.compare(Buffer.concat(hashes), tiles.get(tilePath(place)) as Uint8Array)).toBe(0);
    }
  });

  it.each([1, 255, 256, 300])('go on at %i entries as if they had never ended', (size) => {
    const { builder, tiles } = build(size);
    const resumed = TileBuilder.resume(size, (path) => tiles.get(path) ?? null);
    for (let index = size; index < size + 300; index += 1) {
      const [ours, theirs] = [resumed.append(entry(index)), builder.append(entry(index))];
      expect(ours).toEqual(theirs);
    }
    expect(resumed.root()).toBe(builder.root());
  });

  it('do not go on where one is missing or malformed', () => {
    const { tiles } = build(300);
    for (const path of ['tile/entries/001.p/44', 'tile/0/001.p/44', 'tile/1/000.p/1']) {
      const broken = (bytes: Uint8Array | null) => () =>
        TileBuilder.resume(300, (asked) => (asked === path ? bytes : (tiles.get(asked) ?? null)));
      expect(broken(null)).toThrow(expect.objectContaining({ code: 'ERR_WCP_TILES' }));
      expect(broken(Buffer.from('0001', 'hex'))).toThrow(expect.objectContaining({ code: 'ERR_WCP_TILES' }));
    }
  });

  it('prove that each entry is among them', async () => {
    const size = 2_900;
    const { builder, tiles } = build(size);
    const read = tileReader(size, async (path) => tiles.get(path) ?? null);
    for (const index of [0, 255, 256, 2_815, 2_816, size - 1]) {
      const proof = await inclusionProof(read, index, size);
      const leaf = entry(index).toString();
      expect(verifyInclusion({ leaf, index, size, root: builder.root(), proof }).ok).toBe(true);
    }
  });

  it('say which tile a proof lacks', async () => {
    const read = tileReader(300, async () => null);
    await expect(inclusionProof(read, 0, 300)).rejects.toThrow('tile/0/000 is missing');
    const short = tileReader(300, async () => hash('sha256', '', 'buffer'));
    await expect(inclusionProof(short, 0, 300)).rejects.toThrow('tile/0/000 is malformed');
  });
});
