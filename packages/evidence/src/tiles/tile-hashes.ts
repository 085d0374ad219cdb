import type { Sha256 } from '@wcp/spec';
import { WcpError } from '@wcp/spec/json';
import { hashNothing, subtreeHash, writeHash } from '../log/merkle-hash.ts';
import { completeSubtrees, foldSubtrees, type Subtree } from '../log/merkle-path.ts';
import type { SubtreeReader } from '../log/merkle-proof.ts';
import { TILE_WIDTH, tilePath } from './tile-path.ts';

const HASH_BYTES = 32;
/** Bytes of a full tile. */
export const MAX_TILE_BYTES = TILE_WIDTH * HASH_BYTES;
/** Levels of the tree that one level of tiles spans. */
const TILE_HEIGHT = 8;

/** The hashes of a tile; null where it does not have this many. */
export function hashesOf(bytes: Uint8Array, width: number): Uint8Array[] | null {
  if (bytes.length !== width * HASH_BYTES) return null;
  return Array.from({ length: width }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

/** The hashes of the complete subtrees within the hashes of one level, from left to right. */
export function edgeOf(hashes: readonly Uint8Array[]): Uint8Array[] {
  return completeSubtrees({ start: 0, size: hashes.length }).map(({ height, index }) =>
    subtreeHash(hashes.slice(index * 2 ** height, (index + 1) * 2 ** height)),
  );
}

/** The root over adjacent complete subtrees, each lower than the one before it. */
export function rootOfEdge(hashes: readonly Uint8Array[]): Sha256 {
  return writeHash(hashes.length === 0 ? hashNothing() : foldSubtrees(hashes));
}

/**
 * Reads the hashes of subtrees out of the tiles of a log, for {@link inclusionProof} and {@link consistencyProof}.
 *
 * @param size the size of the log whose tiles they are
 * @param read a tile by its path; null where it is missing
 * @throws {WcpError} `ERR_WCP_TILES`, from the reader, where a tile is missing or malformed
 * @example
 * ```ts
 * import { inclusionProof } from '@wcp/evidence';
 * import { tileReader } from '@wcp/evidence/tiles';
 *
 * const fetchTile = async (path: string) => {
 *   const answer = await fetch(`https://log.example/${path}`);
 *   return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
 * };
 * export const prove = (position: number, size: number) =>
 *   inclusionProof(tileReader(size, fetchTile), position, size);
 * ```
 */
export function tileReader(size: number, read: (path: string) => Promise<Uint8Array | null>): SubtreeReader {
  return async ({ height, index }: Subtree) => {
    const level = Math.floor(height / TILE_HEIGHT);
    const span = 2 ** (height % TILE_HEIGHT);
    const first = index * span;
    const tile = Math.floor(first / TILE_WIDTH);
    const count = Math.floor(size / TILE_WIDTH ** level);
    const width = Math.min(TILE_WIDTH, count - tile * TILE_WIDTH);
    const path = tilePath({ level, index: tile, width });
    const bytes = await read(path);
    const hashes = bytes === null ? null : hashesOf(bytes, width);
    if (hashes === null) {
      throw new WcpError('ERR_WCP_TILES', `The tile ${path} is ${bytes === null ? 'missing' : 'malformed'}.`);
    }
    const at = first - tile * TILE_WIDTH;
    return subtreeHash(hashes.slice(at, at + span));
  };
}
