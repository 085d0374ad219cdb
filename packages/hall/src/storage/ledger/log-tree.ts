import {
  frontierOf,
  type HashedSubtree,
  MerkleFrontier,
  type Subtree,
  type SubtreeReader,
  subtreeHash,
} from '@wcp/evidence/log';
import { boundedCache } from '../../base/bounded-cache.ts';
import { rowThere } from '../seal/row-there.ts';
import { openStoreTampered, rowTampered } from '../seal/store-tampered.ts';
import type { Change, Store, Tables } from '../store/store.ts';

/** Subtrees below this height are computed from the leaves; those of this height and above are stored. */
const TILE_HEIGHT = 8;
/** Receipts of the smallest subtree that is stored. */
export const TILE_SIZE = 2 ** TILE_HEIGHT;
const HEIGHT_FACTOR = 2 ** 48;

/** Where a subtree stands in the table of nodes. */
function placeOf({ height, index }: Subtree): number {
  return height * HEIGHT_FACTOR + index;
}

/** The rows of the completed subtrees that are stored. */
export function nodeChanges(completed: readonly HashedSubtree[]): Change[] {
  return completed
    .filter(({ height }) => height >= TILE_HEIGHT)
    .map((subtree) => ({ put: 'nodes', row: { place: placeOf(subtree), hash: subtree.hash }, isNew: true }));
}

/** The right edge of the log of a store. */
export async function readFrontier(store: Store, size: number): Promise<MerkleFrontier> {
  return new MerkleFrontier(size, await Promise.all(frontierOf(size).map(subtreeReader(store))));
}

/** Receipts that are read at a time to follow the log. */
const FOLLOWED_PAGE = 512;

/** The right edge of a log that others have continued. */
export async function followedFrontier(store: Store, known: MerkleFrontier): Promise<MerkleFrontier> {
  const [last] = await store.list('receipts', { descending: true, limit: 1 });
  const size = last === undefined ? 0 : last.position + 1;
  if (size < known.size) throw openStoreTampered([], ['receipts']);
  const frontier = known.fork();
  while (frontier.size < size) {
    const rows = await store.list('receipts', { after: frontier.size - 1, limit: FOLLOWED_PAGE });
    for (const { position, leaf } of rows) {
      if (position !== frontier.size) throw rowTampered({ table: 'receipts', key: frontier.size });
      frontier.appendHash(leaf);
    }
  }
  return frontier;
}

/** Subtrees and tiles of leaves that a reader remembers: the upper levels of the tree are in every proof. */
const CACHED_NODES = 4_096;
const CACHED_TILES = 64;

/** Reads subtrees out of a store, and remembers some: what the log has once, it has for ever. */
export function subtreeReader(store: Store): SubtreeReader {
  const nodes = boundedCache<number, Uint8Array>(CACHED_NODES);
  const leavesOf = leavesReader(store);
  return async (subtree) => {
    if (subtree.height < TILE_HEIGHT) return subtreeHash(await leavesOf(subtree));
    const place = placeOf(subtree);
    const hash = nodes.get(place) ?? (await nodeOf(store, subtree)).hash;
    nodes.set(place, hash);
    return hash;
  };
}

/** The row of a subtree that is stored. @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where it is missing */
export function nodeOf(store: Store, subtree: Subtree): Promise<Tables['nodes']> {
  return rowThere(store, 'nodes', placeOf(subtree));
}

/** Reads the leaves of subtrees within one tile: all that are there at once, because a proof needs most of them. */
function leavesReader(store: Store): (subtree: Subtree) => Promise<readonly Uint8Array[]> {
  const tiles = boundedCache<number, readonly Uint8Array[]>(CACHED_TILES);
  return async ({ height, index }) => {
    const size = 2 ** height;
    const tile = Math.floor((index * size) / TILE_SIZE);
    const start = (index * size) % TILE_SIZE;
    const known = tiles.get(tile) ?? [];
    if (known.length >= start + size) return known.slice(start, start + size);
    const leaves = await readTile(store, tile);
    tiles.set(tile, leaves);
    if (leaves.length >= start + size) return leaves.slice(start, start + size);
    throw rowTampered({ table: 'receipts', key: tile * TILE_SIZE + leaves.length });
  };
}

/** The leaves of a tile up to the first that is missing. */
async function readTile(store: Store, tile: number): Promise<readonly Uint8Array[]> {
  const first = tile * TILE_SIZE;
  const leaves = (await store.leaves?.(first, TILE_SIZE)) ?? [];
  if (leaves.length === TILE_SIZE) return vouchedFor(store, tile, leaves);
  const rows = await store.list('receipts', { after: first - 1, limit: TILE_SIZE });
  const gap = rows.findIndex(({ position }, at) => position !== first + at);
  return rows.slice(0, gap < 0 ? rows.length : gap).map(({ leaf }) => leaf);
}

/** The node above a full tile vouches for its leaves. */
async function vouchedFor(store: Store, tile: number, leaves: readonly Uint8Array[]) {
  const { hash } = await nodeOf(store, { height: TILE_HEIGHT, index: tile });
  if (Buffer.from(subtreeHash(leaves)).equals(hash)) return leaves;
  throw rowTampered({ table: 'receipts', key: tile * TILE_SIZE });
}
