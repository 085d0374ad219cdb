import type { IncomingMessage } from 'node:http';
import { decodeUtf8 } from '../../base/utf8.ts';

/** The maximum length of a body, in bytes: that of a line. */
const MAX_BODY_LENGTH = 8 * 1024 * 1024;

/** A body as text, or why there is none. */
export type Body =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'not-utf8' | 'too-large' | 'aborted' };

/** Reads the body of a request, up to the limit. */
export async function readBody(request: IncomingMessage, max = MAX_BODY_LENGTH): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > max) return { kind: 'too-large' };
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > max) return { kind: 'too-large' };
      parts.push(part);
    }
  } catch {
    return { kind: 'aborted' };
  }
  return decode(Buffer.concat(parts));
}

function decode(bytes: Buffer): Body {
  const text = decodeUtf8(bytes);
  return text === null ? { kind: 'not-utf8' } : { kind: 'text', text };
}
