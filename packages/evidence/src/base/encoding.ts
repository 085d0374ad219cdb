const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of UTF-8 bytes, a byte order mark kept; throws for bytes that are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** The bytes of a canonical base64 text (RFC 4648 section 4, padded), or null: one text for one value. */
export function decodeBase64(text: unknown): Buffer | null {
  if (typeof text !== 'string') return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/**
 * The bytes of a text in either alphabet of base64 (RFC 4648), as DSSE allows it, or null. The URL-safe
 * alphabet may go without padding; one text never mixes the two.
 */
export function decodeEitherBase64(text: unknown): Buffer | null {
  if (typeof text !== 'string') return null;
  const bytes = Buffer.from(text, 'base64');
  const standard = bytes.toString('base64');
  const urlSafe = bytes.toString('base64url');
  const padded = urlSafe + '='.repeat(standard.length - urlSafe.length);
  return [standard, urlSafe, padded].includes(text) ? bytes : null;
}

/** The base64 of bytes, or of the UTF-8 of a text. */
export function encodeBase64(data: Uint8Array | string): string {
  return typeof data === 'string' ? Buffer.from(data).toString('base64') : toBuffer(data).toString('base64');
}

function toBuffer(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
