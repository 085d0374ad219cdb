import { WcpError } from '@wcp/spec/json';

/** Bytes of the longest entry that a bundle can hold. */
export const MAX_ENTRY_LENGTH = 65_535;
const LENGTH_BYTES = 2;

/**
 * Entries as a bundle writes them (C2SP tlog-tiles): each after its length, a big-endian integer of 16 bits.
 *
 * @throws {WcpError} `ERR_WCP_TILES` for an entry of more than 65,535 bytes
 * @example
 * ```ts
 * import { decodeEntries, encodeEntries } from '@wcp/evidence/tiles';
 *
 * const bundle = encodeEntries([Buffer.from('first'), Buffer.from('second')]);
 * console.log(decodeEntries(bundle)?.map(String)); // [ 'first', 'second' ]
 * ```
 */
export function encodeEntries(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(entries.flatMap((entry) => [lengthOf(entry), entry]));
}

function lengthOf(entry: Uint8Array): Buffer {
  if (entry.length > MAX_ENTRY_LENGTH) {
    const message = `An entry of ${entry.length} bytes does not fit into a bundle, which holds up to ${MAX_ENTRY_LENGTH} bytes each.`;
    throw new WcpError('ERR_WCP_TILES', message);
  }
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt16BE(entry.length);
  return length;
}

/**
 * The entries of a bundle, or null for bytes that are not a bundle; never throws.
 *
 * @example
 * ```ts
 * import { decodeEntries } from '@wcp/evidence/tiles';
 *
 * console.log(decodeEntries(Buffer.from('0001', 'hex'))); // null: it ends before its entry
 * ```
 */
export function decodeEntries(bytes: Uint8Array): Buffer[] | null {
  const bundle = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Buffer[] = [];
  for (let at = 0; at < bundle.length; ) {
    if (at + LENGTH_BYTES > bundle.length) return null;
    const start = at + LENGTH_BYTES;
    at = start + bundle.readUInt16BE(at);
    if (at > bundle.length) return null;
    entries.push(bundle.subarray(start, at));
  }
  return entries;
}
