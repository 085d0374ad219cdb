import { parseJson } from '@wcp/spec/json';

/** What the bytes of a JSON text say. Throws for any others. */
export function jsonOfBytes(bytes: Uint8Array): unknown {
  return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}
