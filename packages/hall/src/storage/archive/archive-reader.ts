import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readRegularFileSync } from '@wcp/evidence/file';
import { subtreeHash } from '@wcp/evidence/log';
import { decodeEntries, TILE_WIDTH, tilePath } from '@wcp/evidence/tiles';
import { type Receipt, WcpError } from '@wcp/spec';
import { LRUCache } from 'lru-cache';
import { nodeOf } from '../ledger/log-tree.ts';
import type { SealedStore } from '../seal/sealed-store.ts';
import type { DecisionRow, ReceiptRow } from '../store/store.ts';
import { decisionsPath, readRow } from './archived-rows.ts';

const MAX_BUNDLE = TILE_WIDTH * 65_537;
/** Bytes of the decisions of one tile: a decision with its facts may be large. */
const MAX_DECISIONS = 1_073_741_824;
const TILE_HEIGHT = 8;
const utf8 = new TextDecoder('utf-8', { fatal: true });
/** Tiles that are kept in memory: a page of a list and a proof read the same one again. */
const CACHED_TILES = 4;

/** Reads what was moved out of a store, and believes none of it: the tree that stayed in the store vouches for it. */
export class ArchiveReader {
  readonly #dir: string | undefined;
  readonly #store: SealedStore;
  readonly #tiles = new LRUCache<number, readonly ReceiptRow[]>({ max: CACHED_TILES });
  readonly #decisions = new LRUCache<number, ReadonlyMap<number, DecisionRow>>({ max: CACHED_TILES });

  /** @param dir undefined where the Hall was given none */
  constructor(dir: string | undefined, store: SealedStore) {
    this.#dir = dir;
    this.#store = store;
  }

  /**
   * The receipts of a full tile, in their order.
   *
   * @throws {WcpError} `ERR_WCP_ARCHIVE` where they are missing or not those of the log
   */
  async receipts(tile: number): Promise<readonly ReceiptRow[]> {
    const known = this.#tiles.get(tile);
    if (known !== undefined) return known;
    const path = bundlePath(tile);
    const entries = decodeEntries(this.#read(path, MAX_BUNDLE));
    if (entries?.length !== TILE_WIDTH) throw changed(path);
    const leaves = entries.map((entry) => createHash('sha256').update('\0').update(entry).digest());
    const { hash } = await nodeOf(this.#store, { height: TILE_HEIGHT, index: tile });
    if (!Buffer.from(subtreeHash(leaves)).equals(hash)) throw changed(path);
    const rows = entries.map((entry, at) => rowOf(tile * TILE_WIDTH + at, entry, leaves[at] as Buffer));
    this.#tiles.set(tile, rows);
    return rows;
  }

  /**
   * A decision; null where the receipt at this position is not one of a decision.
   *
   * @throws {WcpError} `ERR_WCP_ARCHIVE` where the archive is missing, `ERR_WCP_STORE_TAMPERED` where it was changed
   */
  async decision(position: number): Promise<DecisionRow | null> {
    const tile = Math.floor(position / TILE_WIDTH);
    const known = this.#decisions.get(tile) ?? this.#readDecisions(tile);
    this.#decisions.set(tile, known);
    const row = known.get(position);
    return row === undefined ? null : this.#store.checked('decisions', row);
  }

  #readDecisions(tile: number): ReadonlyMap<number, DecisionRow> {
    const path = decisionsPath(bundlePath(tile));
    const bytes = this.#read(path, MAX_DECISIONS);
    try {
      const text = utf8.decode(bytes);
      const rows = text
        .split('\n')
        .filter((line) => line !== '')
        .map(readRow);
      return new Map(rows.map((row) => [row.position, row]));
    } catch {
      throw changed(path);
    }
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
export function bundlePath(tile: number): string {
  return tilePath({ level: 'entries', index: tile, width: TILE_WIDTH });
}

function rowOf(position: number, entry: Buffer, leaf: Buffer): ReceiptRow {
  const receipt = utf8.decode(entry);
  const { stream, seq, kind, decision_id, correlation_id } = JSON.parse(receipt) as Receipt;
  return { position, stream, seq, kind, decision_id, correlation_id, leaf, receipt };
}

function changed(path: string): WcpError {
  const message = `${path} of the archive was changed: it does not hold what the log has there. Restore it from a backup.`;
  return new WcpError('ERR_WCP_ARCHIVE', message);
}
