import { hash } from 'node:crypto';
import type { TableName } from '../store/store.ts';
import { columnsOf, SUMMED_TABLES } from '../store/tables.ts';
import type { StoreKey } from './store-key.ts';

/** A row as a store holds it, whatever its table. */
export type AnyRow = Readonly<Record<string, unknown>>;

/** Which columns the code of a row covers, and which tables are summed: an earlier store had others. */
export interface SealedLayout {
  columnsOf(table: TableName): readonly string[];
  readonly summed: readonly TableName[];
}

const PRESENT: SealedLayout = { columnsOf, summed: SUMMED_TABLES };

/** The block of SHA-256, and so the length of a key of HMAC that is used as it is. */
const BLOCK = 64;
const [INNER, OUTER] = [0x36, 0x5c];

/** Authenticates rows with the key of the store: whoever writes into it without the key cannot make the code of a row. */
export class RowMac {
  /** Names the key of the store. */
  readonly keyId: string;
  readonly layout: SealedLayout;
  readonly #row: Hmac;
  readonly #share: Hmac;
  readonly #seal: Hmac;
  readonly #mask: Hmac;

  constructor({ id, row, share, seal }: StoreKey, layout: SealedLayout = PRESENT) {
    this.keyId = id;
    this.layout = layout;
    this.#row = new Hmac(row);
    this.#share = new Hmac(share);
    this.#seal = new Hmac(seal);
    // Derived, so that the key of a store stays as it is: no statement about sums begins like this.
    this.#mask = new Hmac(this.seal('wcp-store-mask.v1'));
  }

  /** The code of a row: over its table, its key and all of its columns. */
  of(table: TableName, row: AnyRow): Buffer {
    return this.#row.digest(textOf(table, this.layout.columnsOf(table), row));
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

/** Every column with its type and its length: no two rows have the same text. */
function textOf(table: TableName, columns: readonly string[], row: AnyRow): string {
  let text: string = table;
  for (const name of columns) text += columnText(row[name]);
  return text;
}

function columnText(value: unknown): string {
  if (typeof value === 'string') return `|s${value.length}:${value}`;
  if (value instanceof Uint8Array) return value.length > SHORT ? `|p${base64Of(value)}` : `|b${hexOf(value)}`;
  return value === null || value === undefined ? '|n' : `|i${String(value)}`;
}

/** Bytes beyond a hash: a payload, which would be half as long again in hexadecimal digits. */
const SHORT = 64;

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
