import { createPrivateKey, hash, hkdfSync } from 'node:crypto';
import type { SigningKey } from '@wcp/evidence';
import type { TableName } from '../store/store.ts';
import { columnsOf } from '../store/tables.ts';

/** A row as a store holds it, whatever its table. */
export type AnyRow = Readonly<Record<string, unknown>>;

/** The block of SHA-256, and so the length of a key of HMAC that is used as it is. */
const BLOCK = 64;
const [INNER, OUTER] = [0x36, 0x5c];

/**
 * Authenticates rows with a secret that is derived from the signing key of the log: whoever writes into the store
 * without the key cannot make the code of a row.
 */
export class RowMac {
  /** Names the signing key that the secret is derived from. */
  readonly keyId: string;
  readonly #row: Hmac;
  readonly #share: Hmac;
  readonly #seal: Hmac;
  readonly #mask: Hmac;

  constructor(key: SigningKey, origin: string) {
    this.keyId = key.keyId;
    const secret = secretOf(key);
    this.#row = new Hmac(derive(secret, origin, 'row'));
    this.#share = new Hmac(derive(secret, origin, 'share'));
    this.#seal = new Hmac(derive(secret, origin, 'seal'));
    this.#mask = new Hmac(derive(secret, origin, 'mask'));
  }

  /** The code of a row: over its table, its key and all of its columns. */
  of(table: TableName, row: AnyRow): Buffer {
    return this.#row.digest(textOf(table, row));
  }

  /**
   * What a row adds to the sum of its table. Nobody without the key can compute it, not even from the code that
   * stands beside the row, so nobody can find other rows with the same sum.
   */
  share(table: TableName, mac: Uint8Array): bigint {
    return numberOf(this.#share.digest(`${table} ${hexOf(mac)}`));
  }

  /**
   * What is added to a sum before it is stored, so that nobody without the key learns it.
   *
   * @param code that of the sum, see {@link seal}: another sum has another code, and so another mask
   */
  mask(table: TableName, code: string): bigint {
    return numberOf(this.#mask.digest(`${table} ${code}`));
  }

  /** The code of a statement about whole tables. */
  seal(statement: string): string {
    return this.#seal.digest(statement).toString('hex');
  }
}

/** A digest as a number. */
function numberOf(digest: Buffer): bigint {
  return BigInt(`0x${digest.toString('hex')}`);
}

/**
 * HMAC-SHA-256 (RFC 2104) by two calls of a one-shot hash: several rows are written with each receipt, and an object
 * for each of them would cost more than the signature. The key is one block of hexadecimal digits, so that both of
 * its paddings are ASCII.
 */
class Hmac {
  readonly #inner: string;
  readonly #outer: Buffer;

  constructor(key: string) {
    this.#inner = padded(key, INNER).toString('latin1');
    this.#outer = Buffer.concat([padded(key, OUTER), Buffer.alloc(BLOCK / 2)]);
  }

  digest(text: string): Buffer {
    hash('sha256', this.#inner + text, 'buffer').copy(this.#outer, BLOCK);
    return hash('sha256', this.#outer, 'buffer');
  }
}

function padded(key: string, pad: number): Buffer {
  return Buffer.from(Buffer.from(key, 'latin1').map((byte) => byte ^ pad));
}

function secretOf(key: SigningKey): Buffer {
  const { d = '' } = createPrivateKey(key.exportPrivatePem()).export({ format: 'jwk' });
  return Buffer.from(d, 'base64url');
}

/** HKDF-SHA-256 (RFC 5869), salted with the origin: two logs with one key do not share their codes. */
function derive(secret: Buffer, origin: string, use: string): string {
  return Buffer.from(hkdfSync('sha256', secret, origin, `wcp-store-${use}.v1`, BLOCK / 2)).toString('hex');
}

/** Every column with its type and its length: no two rows have the same text. */
function textOf(table: TableName, row: AnyRow): string {
  let text: string = table;
  for (const name of columnsOf(table)) text += columnText(row[name]);
  return text;
}

function columnText(value: unknown): string {
  if (typeof value === 'string') return `|s${value.length}:${value}`;
  if (value instanceof Uint8Array) return `|b${hexOf(value)}`;
  return value === null || value === undefined ? '|n' : `|i${String(value)}`;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
