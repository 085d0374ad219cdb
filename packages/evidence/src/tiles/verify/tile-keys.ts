import { own } from '../../base/own-member.ts';
import { type KeyHistory, type ReceiptAtPosition, readKeyHistory } from '../../log/key-history.ts';
import { Keyring } from '../../receipt/keyring.ts';
import { decodeEntries } from '../entry-bundle.ts';
import { TILE_WIDTH, tilePath } from '../tile-path.ts';
import { type FileReader, MAX_BUNDLE } from './file-reader.ts';

/** The keys of a log that lies in tiles, and the positions that each may sign. */
export interface TileKeys {
  readonly keyring: Keyring;
  readonly history: KeyHistory;
}

/** The keys of a log, from those that the auditor trusts and its own receipts about keys. */
export function tileKeys(trusted: unknown, key_receipts: readonly ReceiptAtPosition[]): TileKeys {
  const history = readKeyHistory(key_receipts, trusted);
  return { history, keyring: new Keyring((key_id) => history.find(key_id)) };
}

/** What an entry has if it is about the log itself: canonical JSON is never written in another way. */
const ABOUT_THE_LOG = ['"kind":"key"', '"kind":"restore"'];

/** The receipts about the keys and the name of a log, which are few: a first reading, before signatures are verified. */
export function readLogReceipts(size: number, read: FileReader): ReceiptAtPosition[] {
  const found: ReceiptAtPosition[] = [];
  for (let index = 0; index * TILE_WIDTH < size; index += 1) {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
    const bytes = read(tilePath({ level: 'entries', index, width }), MAX_BUNDLE);
    if (bytes === null || !isAboutTheLog(bytes)) continue;
    for (const [at, entry] of (decodeEntries(bytes) ?? []).entries()) {
      const receipt = isAboutTheLog(entry) ? parsed(entry) : null;
      const kind = own(receipt, 'kind');
      if (kind === 'key' || kind === 'restore') found.push({ position: index * TILE_WIDTH + at, receipt });
    }
  }
  return found;
}

function isAboutTheLog(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return ABOUT_THE_LOG.some((text) => buffer.includes(text));
}

/** An entry that is no JSON is found when it is examined. */
function parsed(entry: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(entry));
  } catch {
    return null;
  }
}
