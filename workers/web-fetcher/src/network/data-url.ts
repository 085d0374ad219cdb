import { readMediaType } from '../content/media-type.ts';
import { Refusal } from '../refusal.ts';
import type { Retrieved } from './retrieve.ts';

/** How many characters a byte may take: `%XX`. */
const MAX_BYTE_LENGTH = 3;
const MAX_HEAD_LENGTH = 1024;

/**
 * The content of a `data:` URL, as the Fetch standard reads it: a media type, then base64 or percent-encoded
 * content. No connection is made.
 */
export async function readDataUrl(url: string, max_bytes: number): Promise<Retrieved | Refusal> {
  if (url.length > MAX_BYTE_LENGTH * max_bytes + MAX_HEAD_LENGTH) return new Refusal('FETCH_TOO_LARGE');
  const response = await fetch(url).catch(() => null);
  if (response === null) return new Refusal('FETCH_INVALID_URL', 'The data: URL has no content.');
  const type = readMediaType(response.headers.get('content-type'), '');
  if (type instanceof Refusal) return type;
  const content = new Uint8Array(await response.arrayBuffer());
  if (content.length > max_bytes) return new Refusal('FETCH_TOO_LARGE');
  return { url: headOf(url), status: 200, type, content, redirects: [] };
}

/** The name of a `data:` URL in a result: the part before its content. */
function headOf(url: string): string {
  return `${url.slice(0, url.indexOf(',') + 1).slice(0, MAX_HEAD_LENGTH)}…`;
}
