import type { IncomingMessage } from 'node:http';

/** The longest body that is read, in bytes: that of a line. */
const MAX_BODY_LENGTH = 8 * 1024 * 1024;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A body as text, or why there is none. */
export type Body = { readonly text: string } | { readonly problem: 'not-utf8' | 'too-large' | 'cut' };

/** Reads the body of a request, and no more of it than the limit. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_LENGTH) return { problem: 'too-large' };
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > MAX_BODY_LENGTH) return { problem: 'too-large' };
      parts.push(part);
    }
  } catch {
    return { problem: 'cut' };
  }
  return decode(Buffer.concat(parts));
}

function decode(bytes: Buffer): Body {
  try {
    return { text: UTF8.decode(bytes) };
  } catch {
    return { problem: 'not-utf8' };
  }
}
