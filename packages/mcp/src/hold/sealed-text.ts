import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { isObject, type Members } from '../base/members.ts';

/** Seals documents as texts that only this key makes, and opens them again. */
export interface Sealer {
  seal(document: object): string;
  /** Null for whatever this key did not seal; the text is an attacker's. Never throws. */
  open(text: string): Members | null;
}

const VERSION = 'v1';
const MAX_TEXT = 4096;

/**
 * A document and its HMAC-SHA-256.
 *
 * @param longest text that is opened
 * @param key at least 32 secret bytes; each purpose has a key of its own derived from it
 * @throws {RangeError} for a shorter key
 */
export function createSealer(key: Uint8Array, purpose: string, longest: number = MAX_TEXT): Sealer {
  if (key.length < 32) throw new RangeError(`The key of a ${purpose} must have at least 32 bytes.`);
  const secret = new Uint8Array(hkdfSync('sha256', key, new Uint8Array(), `wcp mcp ${purpose} v1`, 32));
  const codeOf = (body: string) => createHmac('sha256', secret).update(`${VERSION}.${body}`).digest();
  return {
    seal(document) {
      const body = Buffer.from(JSON.stringify(document), 'utf8').toString('base64url');
      return `${VERSION}.${body}.${codeOf(body).toString('base64url')}`;
    },
    open: (text) => (text.length > longest ? null : readSealed(text, codeOf)),
  };
}

function readSealed(text: string, codeOf: (body: string) => Buffer): Members | null {
  const [version, body = '', code = '', ...rest] = text.split('.');
  if (version !== VERSION || rest.length > 0) return null;
  const [given, right] = [Buffer.from(code, 'base64url'), codeOf(body)];
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null;
  // The same bytes have several texts in base64url; one state has one.
  if (given.toString('base64url') !== code) return null;
  const bytes = Buffer.from(body, 'base64url');
  const document: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  return isObject(document) ? document : null;
}
