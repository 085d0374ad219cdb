import {
  frontierOf,
  type HashedSubtree,
  MerkleFrontier,
  type Subtree,
  type SubtreeReader,
  subtreeHash,
} from '@wcp/evidence/log';
import { rowThere } from '../seal/row-there.ts';
import { rowTampered } from '../seal/store-tampered.ts';
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
    .map((subtree) => ({ put: 'nodes', row: { place: placeOf(subtree), hash: subtree.hash } }));
}

/** The right edge of the log of a store. */
export async function readFrontier(store: Store, size: number): Promise<MerkleFrontier> {
  return new MerkleFrontier(size, await Promise.all(frontierOf(size).map(subtreeReader(store))));
}

/** Reads subtrees out of a store. */
export function subtreeReader(store: Store): SubtreeReader {
  return async (subtree) => {
    if (subtree.height < TILE_HEIGHT) return subtreeHash(await leavesOf(store, subtree));
    return (await nodeOf(store, subtree)).hash;
  };
}

/** The row of a subtree that is stored. @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where it is missing */
export function nodeOf(store: Store, subtree: Subtree): Promise<Tables['nodes']> {
  return rowThere(store, 'nodes', placeOf(subtree));
}

async function leavesOf(store: Store, { height, index }: Subtree): Promise<Uint8Array[]> {
  const size = 2 ** height;
  const rows = await store.list('receipts', { after: index * size - 1, limit: size });
  const gap = rows.findIndex(({ position }, at) => position !== index * size + at);
  if (gap >= 0 || rows.length !== size) {
    throw rowTampered({ table: 'receipts', key: index * size + (gap < 0 ? rows.length : gap) });
  }
  return rows.map(({ leaf }) => leaf);
}
