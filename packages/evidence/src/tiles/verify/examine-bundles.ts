import type { TileFindingCode } from '../../base/finding.ts';
import { hashLeaf, subtreeHash } from '../../log/merkle-hash.ts';
import { keyCodesOf } from '../../log/walk-receipts.ts';
import { examineEntry } from '../../receipt/examine-entry.ts';
import { bareLink, examinePlace, type ReceiptLink } from '../../receipt/receipt-examiner.ts';
import { decodeEntries } from '../entry-bundle.ts';
import { MAX_TILE_BYTES } from '../tile-hashes.ts';
import { TILE_WIDTH, type TileAddress, tilePath } from '../tile-path.ts';
import { type FileReader, MAX_BUNDLE } from './file-reader.ts';
import type { TileKeys } from './tile-keys.ts';

/** The bundles that one thread examines at a time, in the order of the log. */
export interface BundleJob {
  /** The index of the first bundle. */
  readonly first: number;
  readonly count: number;
  /** The size of the log. */
  readonly size: number;
}

/** One thing that was found, at a position of the log. */
type Found = readonly [position: number, code: TileFindingCode];

/** What came of a {@link BundleJob}. */
export interface BundleReport {
  readonly job: BundleJob;
  /** The hash of each full bundle, the leaf hashes of a partial one; null where entries are missing. */
  readonly hashes: readonly (readonly Uint8Array[] | Uint8Array | null)[];
  readonly found: readonly Found[];
  /** The first receipt of each stream, which stands behind one of an earlier job, with its position; and the last. */
  readonly ends: readonly StreamEnds[];
}

/** Where a stream begins and ends within a job. */
interface StreamEnds {
  readonly position: number;
  readonly first: ReceiptLink;
  readonly last: ReceiptLink;
}

/** Examines every receipt of some bundles, and whether the tiles of leaf hashes are those of the entries. */
export function examineBundles(
  job: BundleJob,
  { keyring, history }: TileKeys,
  read: FileReader,
): BundleReport {
  const found: Found[] = [];
  const streams = new Map<string, StreamEnds>();
  const hashes: BundleReport['hashes'][number][] = [];
  for (let index = job.first; index < job.first + job.count; index += 1) {
    const width = Math.min(TILE_WIDTH, job.size - index * TILE_WIDTH);
    const entries = readBundle({ level: 'entries', index, width }, read, found);
    if (entries === null) {
      streams.clear();
      hashes.push(null);
      continue;
    }
    for (const [at, entry] of entries.entries()) {
      const position = index * TILE_WIDTH + at;
      const { link, codes } = examineEntry(entry, keyring);
      for (const code of codes) found.push([position, code]);
      if (link === null) continue;
      for (const code of keyCodesOf(link, position, history)) found.push([position, code]);
      follow(link, position, streams, found);
    }
    const leaves = entries.map((entry) => hashLeaf(entry));
    checkLeaves({ level: 0, index, width }, leaves, read, found);
    hashes.push(width === TILE_WIDTH ? subtreeHash(leaves) : leaves);
  }
  const ends = [...streams.values()].map(({ position, first, last }) => ({
    position,
    first: bareLink(first),
    last: bareLink(last),
  }));
  return { job, hashes, found, ends };
}

/** The first receipt of a stream in a job is examined by whoever knows the one before it. */
function follow(link: ReceiptLink, position: number, streams: Map<string, StreamEnds>, found: Found[]): void {
  const ends = streams.get(link.stream);
  if (ends === undefined) {
    streams.set(link.stream, { position, first: link, last: link });
    return;
  }
  for (const code of examinePlace(link, ends.last)) found.push([position, code]);
  streams.set(link.stream, { ...ends, last: link });
}

function readBundle(place: TileAddress, read: FileReader, found: Found[]): Buffer[] | null {
  const position = place.index * TILE_WIDTH;
  const bytes = read(tilePath(place), MAX_BUNDLE);
  const entries = bytes === null ? null : decodeEntries(bytes);
  if (entries?.length === place.width) return entries;
  found.push([position, bytes === null ? 'TILE_MISSING' : 'TILE_MALFORMED']);
  return null;
}

function checkLeaves(place: TileAddress, leaves: readonly Buffer[], read: FileReader, found: Found[]): void {
  const code = judgeTile(read(tilePath(place), MAX_TILE_BYTES), leaves);
  if (code !== null) found.push([place.index * TILE_WIDTH, code]);
}

/** What is wrong with a tile that must hold these hashes; null where nothing is. */
export function judgeTile(
  bytes: Uint8Array | null,
  hashes: readonly Uint8Array[],
): 'TILE_MISSING' | 'TILE_MALFORMED' | 'TILE_MISMATCH' | null {
  if (bytes === null) return 'TILE_MISSING';
  const expected = Buffer.concat(hashes);
  if (bytes.length !== expected.length) return 'TILE_MALFORMED';
  return expected.equals(bytes) ? null : 'TILE_MISMATCH';
}
