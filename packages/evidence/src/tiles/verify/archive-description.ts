import { isObject, listOf, own } from '../../base/own-member.ts';
import { readHash } from '../../log/merkle-hash.ts';
import { TILE_WIDTH } from '../tile-path.ts';

/** What an archive says of itself in `archive.json`: nothing of it is believed that is not computed again. */
export interface Archive {
  /** How many receipts it holds: those at the positions below. */
  readonly size: number;
  /** The root over them. */
  readonly root: string;
  /** The size of the log whose checkpoint came with it. */
  readonly log_size: number;
  /** That the log of that size begins with the archive (RFC 9162 section 2.1.4). */
  readonly proof: unknown;
}

/** The description of an archive: null where there is none, `malformed` where the file is something else. */
export function readArchive(text: string | null): Archive | 'malformed' | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isArchive(value) ? value : 'malformed';
  } catch {
    return 'malformed';
  }
}

const MEMBERS = ['log_size', 'proof', 'root', 'schema_version', 'size'];

function isArchive(value: unknown): value is Archive {
  if (!isObject(value) || Object.keys(value).sort().join() !== MEMBERS.join()) return false;
  const [size, log_size] = [own(value, 'size'), own(value, 'log_size')];
  const isPlaced =
    isSize(size) && isSize(log_size) && size > 0 && size % TILE_WIDTH === 0 && size <= log_size;
  const hashes = [own(value, 'root'), ...(listOf(own(value, 'proof')) ?? [null])];
  return own(value, 'schema_version') === 'wcp-archive.v1' && isPlaced && hashes.every(isHash);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && readHash(value) !== null;
}
