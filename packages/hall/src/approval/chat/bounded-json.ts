import { FOREIGN_TEXT_LIMITS, parseUniqueJson } from '@wcp/spec/json';

/** In bytes; a message that a service has taken comes back in its answer. */
const MAX_ANSWER = 256 * 1024;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The JSON object in an answer; null where it is no such object, or too large. What a service says is a stranger's. */
export async function answeredObject(response: Response): Promise<Readonly<Record<string, unknown>> | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop closes the connection.
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MAX_ANSWER) return null;
    parts.push(part);
  }
  return objectIn(Buffer.concat(parts));
}

/** A text in UTF-8; null where it is none. */
export function textIn(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

/** The JSON object in bytes, read within the limits of foreign text; else null. */
export function objectIn(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value = parseUniqueJson(UTF8.decode(bytes), FOREIGN_TEXT_LIMITS);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether a value is an object and no list. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
