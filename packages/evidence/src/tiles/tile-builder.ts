import type { Sha256 } from '@wcp/spec';
import { WcpError } from '@wcp/spec/json';
import { hashLeaf, subtreeHash } from '../log/merkle-hash.ts';
import { decodeEntries, encodeEntries } from './entry-bundle.ts';
import { edgeOf, hashesOf, rootOfEdge } from './tile-hashes.ts';
import { TILE_WIDTH, type TileAddress, tilePath } from './tile-path.ts';

/** A tile or a bundle as it is served. */
export interface Tile extends TileAddress {
  /** Below the prefix of the log. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Cuts a growing log into tiles (C2SP tlog-tiles). It holds what is not full yet, at most 256 entries and 256 hashes a
 * level, whatever the size of the log.
 *
 * @example
 * ```ts
 * import { TileBuilder } from '@wcp/evidence/tiles';
 *
 * const builder = new TileBuilder();
 * for (const { path } of builder.append(Buffer.from('first'))) console.log(path); // none is full yet
 * console.log(builder.partials().map(({ path }) => path)); // [ 'tile/entries/000.p/1', 'tile/0/000.p/1' ]
 * ```
 */
export class TileBuilder {
  readonly #levels: Uint8Array[][] = [[]];
  #entries: Uint8Array[] = [];
  #size = 0;

  /**
   * A builder that goes on at a size.
   *
   * @param read the partial tiles of that size, by {@link Tile.path}
   * @throws {WcpError} `ERR_WCP_TILES` where one is missing or malformed
   * @example
   * ```ts
   * import { TileBuilder } from '@wcp/evidence/tiles';
   *
   * const builder = new TileBuilder();
   * builder.append(Buffer.from('first'));
   * const tiles = new Map(builder.partials().map(({ path, bytes }) => [path, bytes]));
   * const resumed = TileBuilder.resume(1, (path) => tiles.get(path) ?? null);
   * console.log(resumed.root() === builder.root()); // true
   * ```
   */
  static resume(size: number, read: (path: string) => Uint8Array | null): TileBuilder {
    const builder = new TileBuilder();
    const whole = (tile: TileAddress) => {
      const bytes = read(tilePath(tile));
      if (bytes === null) throw broken(`${tilePath(tile)} is missing`);
      return bytes;
    };
    const rest = size % TILE_WIDTH;
    if (rest > 0) {
      const place = { level: 'entries' as const, index: Math.floor(size / TILE_WIDTH), width: rest };
      const entries = decodeEntries(whole(place));
      if (entries?.length !== rest) throw broken(`${tilePath(place)} is not a bundle of ${rest} entries`);
      builder.#entries = entries;
    }
    for (let level = 0, count = size; count > 0; level += 1, count = Math.floor(count / TILE_WIDTH)) {
      const width = count % TILE_WIDTH;
      const place = { level, index: Math.floor(count / TILE_WIDTH), width };
      const hashes = width === 0 ? [] : hashesOf(whole(place), width);
      if (hashes === null) throw broken(`${tilePath(place)} is not a tile of ${width} hashes`);
      builder.#levels[level] = hashes;
    }
    builder.#size = size;
    return builder;
  }

  /** The number of entries. */
  get size(): number {
    return this.#size;
  }

  /**
   * Appends an entry, and returns the bundle and the tiles that it filled.
   *
   * @throws {WcpError} `ERR_WCP_TILES` for an entry that is too long for a bundle
   */
  append(entry: Uint8Array): Tile[] {
    this.#entries.push(entry);
    this.#size += 1;
    if (this.#entries.length < TILE_WIDTH) {
      this.#push(0, hashLeaf(entry));
      return [];
    }
    const bundle = this.#bundle();
    this.#entries = [];
    return [bundle, ...this.#push(0, hashLeaf(entry))];
  }

  /** The bundle and the tiles that are not full, as the present size has them. */
  partials(): Tile[] {
    const levels = this.#levels.flatMap((hashes, level) => (hashes.length === 0 ? [] : [this.#tile(level)]));
    return this.#entries.length === 0 ? levels : [this.#bundle(), ...levels];
  }

  /** The root over all entries. */
  root(): Sha256 {
    const edge = this.#levels.flatMap((hashes) => edgeOf(hashes).reverse()).reverse();
    return rootOfEdge(edge);
  }

  #push(level: number, hash: Uint8Array): Tile[] {
    this.#levels[level] ??= [];
    const hashes = this.#levels[level];
    hashes.push(hash);
    if (hashes.length < TILE_WIDTH) return [];
    const tile = this.#tile(level);
    this.#levels[level] = [];
    return [tile, ...this.#push(level + 1, subtreeHash(hashes))];
  }

  /** The rightmost tile of a level, full or not. */
  #tile(level: number): Tile {
    const hashes = this.#levels[level] ?? [];
    const above = this.#size / TILE_WIDTH ** (level + 1);
    const index = hashes.length === TILE_WIDTH ? Math.ceil(above) - 1 : Math.floor(above);
    return named({ level, index, width: hashes.length }, Buffer.concat(hashes));
  }

  #bundle(): Tile {
    const index = Math.ceil(this.#size / TILE_WIDTH) - 1;
    return named({ level: 'entries', index, width: this.#entries.length }, encodeEntries(this.#entries));
  }
}

function named(place: TileAddress, bytes: Uint8Array): Tile {
  return { ...place, path: tilePath(place), bytes };
}

function broken(what: string): WcpError {
  return new WcpError('ERR_WCP_TILES', `The tiles cannot be continued: ${what}.`);
}
