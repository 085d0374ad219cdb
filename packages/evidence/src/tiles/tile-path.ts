import { WcpError } from '@wcp/spec/json';

/** Hashes of a full tile, and entries of a full bundle. */
export const TILE_WIDTH = 256;
/** Bytes of the longest checkpoint that is read. */
export const MAX_CHECKPOINT_BYTES = 1_048_576;
/** The levels of a tree of any size that a number can count. */
const MAX_LEVEL = 63;

/** A tile of hashes of one level of a tree, or a bundle of entries. */
export interface TileAddress {
  /** 0 for the hashes of entries; at each further level, a hash stands for a full tile of the level below. */
  readonly level: number | 'entries';
  readonly index: number;
  /** How many hashes or entries it has, 1 to 256; one with fewer than 256 is partial. */
  readonly width: number;
}

/**
 * The path of a tile below the prefix of its log (C2SP tlog-tiles; section 8.10).
 *
 * @throws {WcpError} `ERR_WCP_MERKLE_RANGE` where a number is out of range
 * @example
 * ```ts
 * import { tilePath } from '@wcp/evidence/tiles';
 *
 * console.log(tilePath({ level: 0, index: 1234067, width: 256 })); // tile/0/x001/x234/067
 * console.log(tilePath({ level: 'entries', index: 273, width: 112 })); // tile/entries/273.p/112
 * ```
 */
export function tilePath({ level, index, width }: TileAddress): string {
  if (level !== 'entries') checkInteger(level, 0, MAX_LEVEL);
  checkInteger(index, 0, Number.MAX_SAFE_INTEGER);
  checkInteger(width, 1, TILE_WIDTH);
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const elements = padded.match(/.{3}/g) as string[];
  const place = elements.map((element, at) => (at < elements.length - 1 ? `x${element}` : element));
  return `tile/${level}/${place.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/**
 * Every tile and every bundle that a tree of `size` entries has, the bundles first, each level from left to right.
 *
 * @param from only what a tree of this size does not have
 * @example
 * ```ts
 * import { tilePath, tilesOf } from '@wcp/evidence/tiles';
 *
 * console.log([...tilesOf(256)].map(tilePath)); // [ 'tile/entries/000', 'tile/0/000', 'tile/1/000.p/1' ]
 * ```
 */
export function* tilesOf(size: number, from = 0): Generator<TileAddress> {
  yield* levelOf('entries', size, from);
  let [count, known] = [size, from];
  for (let level = 0; count > 0; level += 1) {
    yield* levelOf(level, count, known);
    count = Math.floor(count / TILE_WIDTH);
    known = Math.floor(known / TILE_WIDTH);
  }
}

function* levelOf(level: TileAddress['level'], count: number, known: number): Generator<TileAddress> {
  if (count === known) return;
  for (let index = Math.floor(known / TILE_WIDTH); index * TILE_WIDTH < count; index += 1) {
    yield { level, index, width: Math.min(TILE_WIDTH, count - index * TILE_WIDTH) };
  }
}

function checkInteger(value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new WcpError('ERR_WCP_MERKLE_RANGE', `Expected an integer from ${min} to ${max}.`);
}
