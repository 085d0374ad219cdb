import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readRegularFileSync } from '@wcp/evidence/file';
import { subtreeHash } from '@wcp/evidence/log';
import { decodeEntries, TILE_WIDTH, tilePath } from '@wcp/evidence/tiles';
import { WcpError } from '@wcp/spec';
import { LRUCache } from 'lru-cache';
import { nodeOf } from '../ledger/log-tree.ts';
import type { SealedStore } from '../seal/sealed-store.ts';

const MAX_BUNDLE = TILE_WIDTH * 65_537;
const TILE_HEIGHT = 8;
const utf8 = new TextDecoder('utf-8', { fatal: true });
/** Tiles that are kept in memory: a page of a list and a proof read the same one again. */
const CACHED_TILES = 4;

/** Reads what was moved out of a store, and believes none of it: the tree that stayed in the store vouches for it. */
export class ArchiveReader {
  readonly #dir: string | undefined;
  readonly #store: SealedStore;
  readonly #tiles = new LRUCache<number, readonly string[]>({ max: CACHED_TILES });

  /** @param dir undefined where the Hall was given none */
  constructor(dir: string | undefined, store: SealedStore) {
    this.#dir = dir;
    this.#store = store;
  }

  /**
   * The texts of the receipts of a full tile, in their order.
   *
   * @throws {WcpError} `ERR_WCP_ARCHIVE` where they are missing or not those of the log
   */
  async texts(tile: number): Promise<readonly string[]> {
    const known = this.#tiles.get(tile);
    if (known !== undefined) return known;
    const path = bundlePath(tile);
    const entries = decodeEntries(this.#read(path, MAX_BUNDLE));
    if (entries?.length !== TILE_WIDTH) throw changed(path);
    const leaves = entries.map((entry) => createHash('sha256').update('\0').update(entry).digest());
    const { hash } = await nodeOf(this.#store, { height: TILE_HEIGHT, index: tile });
    if (!Buffer.from(subtreeHash(leaves)).equals(hash)) throw changed(path);
    const texts = entries.map((entry) => utf8.decode(entry));
    this.#tiles.set(tile, texts);
    return texts;
  }

  #read(path: string, maxBytes: number): Buffer {
    try {
      return readRegularFileSync(join(this.#dir ?? '', path), maxBytes);
    } catch (cause) {
      const message = `${path} of the archive is missing or cannot be read: what is older than the store is there. Put the folder \`archive\` of this Hall back in its place.`;
      throw new WcpError('ERR_WCP_ARCHIVE', message, { cause });
    }
  }
}

/** The path of the receipts of a tile. */
function bundlePath(tile: number): string {
  return tilePath({ level: 'entries', index: tile, width: TILE_WIDTH });
}

function changed(path: string): WcpError {
  const message = `${path} of the archive was changed: it does not hold what the log has there. Restore it from a backup.`;
  return new WcpError('ERR_WCP_ARCHIVE', message);
}
