import type { IncomingMessage } from 'node:http';

/** The text of a body, or why there is none. */
export type BodyReading =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly status: 400 | 408 | 413; readonly message: string };

/** How much of a body is read, and for how long. */
export interface BodyLimits {
  /** The longest body, in bytes. */
  readonly body_bytes: number;
  /** Milliseconds in which it must have arrived. */
  readonly body_ms: number;
}

/** Reads a body within its bounds. Never rejects. */
export function readBody(
  request: IncomingMessage,
  { body_bytes, body_ms }: BodyLimits,
): Promise<BodyReading> {
  return new Promise((resolve) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    const end = (reading: BodyReading) => {
      clearTimeout(timer);
      request.removeAllListeners('data');
      request.resume();
      resolve(reading);
    };
    const timer = setTimeout(end, body_ms, failed(408, 'The body did not arrive in time.'));
    request.on('data', (part: Uint8Array) => {
      length += part.length;
      if (length > body_bytes) end(failed(413, `A body may have ${body_bytes} bytes.`));
      else parts.push(part);
    });
    request.once('end', () => end(decoded(Buffer.concat(parts))));
    request.once('error', () => end(failed(400, 'The body broke off.')));
    request.once('close', () => end(failed(400, 'The body broke off.')));
  });
}

function failed(status: 400 | 408 | 413, message: string): BodyReading {
  return { ok: false, status, message };
}

function decoded(bytes: Uint8Array): BodyReading {
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return failed(400, 'The body is not UTF-8.');
  }
}
