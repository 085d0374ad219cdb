import type { EvidenceCopy } from '../evidence-copy.ts';
import { STRANGER } from '../forge.ts';
import { rowsOf, type Tampering } from '../tampering.ts';

const fileOf = (copy: EvidenceCopy, folder: string) => `${folder}/${copy.files(folder)[0]}`;
const entries = (change: (bytes: Buffer) => Uint8Array) => (copy: EvidenceCopy) =>
  copy.bytes(fileOf(copy, 'tiles/tile/entries'), change);
const leaves = (change: (bytes: Buffer) => Uint8Array) => (copy: EvidenceCopy) =>
  copy.bytes(fileOf(copy, 'tiles/tile/0'), change);
const flipped = (at: number) => (bytes: Buffer) =>
  bytes.fill((bytes.at(at) ?? 0) ^ 1, at, at + 1 || undefined);
const replaced = (from: string, to: string) => (bytes: Buffer) =>
  Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1');
const note = (change: (text: string) => string) => (copy: EvidenceCopy) =>
  copy.text('tiles/checkpoint', change);

const TILES = rowsOf('tiles', [
  [
    'an entry is changed',
    entries(replaced('"kind":"decision"', '"kind":"decisiom"')),
    'RECEIPT_HASH_MISMATCH',
    'LOG_ROOT_MISMATCH',
    'TILE_MISMATCH',
  ],
  [
    'an entry is no longer canonical',
    entries(replaced('"seq":0,', '"seq":0.0,'.slice(0, 8))),
    'RECEIPT_MALFORMED',
    'LOG_ROOT_MISMATCH',
    'TILE_MISMATCH',
  ],
  ['the length of an entry is changed', entries(flipped(1)), 'TILE_MALFORMED', 'CHECKPOINT_KEY_UNKNOWN'],
  [
    'a bundle of entries is cut',
    entries((bytes) => bytes.subarray(0, -5)),
    'TILE_MALFORMED',
    'CHECKPOINT_KEY_UNKNOWN',
  ],
  [
    'a bundle of entries is left out',
    (copy) => copy.remove('tiles/tile/entries'),
    'TILE_MISSING',
    'CHECKPOINT_KEY_UNKNOWN',
  ],
  ['a hash of a tile is changed', leaves(flipped(3)), 'TILE_MISMATCH'],
  ['a tile is cut', leaves((bytes) => bytes.subarray(0, -32)), 'TILE_MALFORMED'],
  ['a tile is left out', (copy) => copy.remove('tiles/tile/0'), 'TILE_MISSING'],
  [
    'the checkpoint of the tiles claims less',
    note((text) => text.replace(/^\d+$/m, '23')),
    'CHECKPOINT_KEY_UNKNOWN',
    'TILE_MISSING',
  ],
  [
    'the checkpoint of the tiles is left out',
    (copy) => copy.remove('tiles/checkpoint'),
    'CHECKPOINT_MALFORMED',
  ],
  [
    'the checkpoint of the tiles is of another log',
    note((text) => text.replaceAll(/localhost/g, 'otherhost')),
    'CHECKPOINT_ORIGIN_MISMATCH',
  ],
]);

const description = (change: (value: ReturnType<typeof JSON.parse>) => unknown) => (copy: EvidenceCopy) =>
  copy.json('archive/archive.json', (value) => {
    change(value);
  });

const ARCHIVE = rowsOf('archive', [
  [
    'schema_version of an archive is changed',
    description((value) => {
      value.schema_version = 'wcp-archive.v2';
    }),
    'ARCHIVE_MALFORMED',
    'TILE_MISSING',
  ],
  [
    'the size of an archive is changed',
    description((value) => {
      value.size += 256;
    }),
    'TILE_MISSING',
  ],
  [
    'an archive says that it is empty',
    description((value) => {
      value.size = 0;
    }),
    'ARCHIVE_MALFORMED',
    'TILE_MISSING',
  ],
  [
    'the root of an archive is changed',
    description((value) => {
      value.root = `sha256:${'0'.repeat(64)}`;
    }),
    'ARCHIVE_ROOT_MISMATCH',
  ],
  [
    'log_size of an archive is changed',
    description((value) => {
      value.log_size -= 1;
    }),
    'LOG_TAIL_MISSING',
  ],
  [
    'the proof of an archive is changed',
    description((value) => {
      value.proof[0] = `sha256:${'0'.repeat(64)}`;
    }),
    'LOG_ROOT_MISMATCH',
  ],
  [
    'the proof of an archive is left out',
    description((value) => {
      delete value.proof;
    }),
    'ARCHIVE_MALFORMED',
    'TILE_MISSING',
  ],
  [
    'the description of an archive is left out',
    (copy) => copy.remove('archive/archive.json'),
    'TILE_MISSING',
  ],
  [
    'the description of an archive is no JSON',
    (copy) => copy.text('archive/archive.json', () => '{'),
    'ARCHIVE_MALFORMED',
    'TILE_MISSING',
  ],
  ['a bundle of an archive is left out', (copy) => copy.remove('archive/tile/entries/000'), 'TILE_MISSING'],
  [
    'a tile of an archive is changed',
    (copy) => copy.bytes('archive/tile/0/000', flipped(9)),
    'TILE_MISMATCH',
  ],
  [
    'the checkpoint of an archive is signed by a stranger',
    (copy) =>
      copy.text('archive/checkpoint', (text) =>
        text.replace(/[A-Za-z0-9+/]{40}=?\n$/, `${STRANGER.publicKey.slice(0, 40)}\n`),
      ),
    'CHECKPOINT_MALFORMED',
  ],
]);

/** What is done to tiles and archives. */
export const TILE_FILES: readonly Tampering[] = [...TILES, ...ARCHIVE];
