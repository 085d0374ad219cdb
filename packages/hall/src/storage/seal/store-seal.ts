import { timingSafeEqual } from 'node:crypto';
import type { Change, SealRow, TableName } from '../store/store.ts';
import type { RowMac } from './row-mac.ts';

/** There is one seal. */
export const SEAL_ID = 'store';

const MODULUS = 2n ** 256n;

/**
 * The sums of the tables whose rows change: what a row adds depends on its code, so a row that was removed, added or
 * set back to an earlier state changes the sum of its table. Only the codes of the sums are stored.
 */
export class TableSums {
  readonly #mac: RowMac;
  readonly #sums: Map<TableName, bigint>;
  /** The codes of the sums; one that is not there is computed when it is needed. */
  readonly #codes: Map<TableName, string>;
  /** The sums as they are stored, likewise. */
  readonly #masked: Map<TableName, string>;

  constructor(
    mac: RowMac,
    sums = new Map<TableName, bigint>(),
    codes = new Map<TableName, string>(),
    masked = new Map<TableName, string>(),
  ) {
    this.#mac = mac;
    this.#sums = sums;
    this.#codes = codes;
    this.#masked = masked;
  }

  /** A copy that can be changed while this one stays as it is. */
  fork(): TableSums {
    return new TableSums(this.#mac, new Map(this.#sums), new Map(this.#codes), new Map(this.#masked));
  }

  add(table: TableName, mac: Uint8Array): void {
    this.#change(table, this.#mac.share(table, mac));
  }

  remove(table: TableName, mac: Uint8Array): void {
    this.#change(table, MODULUS - this.#mac.share(table, mac));
  }

  codes(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#mac.layout.summed.map((table) => [table, this.codeOf(table)]));
  }

  /** The code of the sum of one table. */
  codeOf(table: TableName): string {
    const known = this.#codes.get(table);
    if (known !== undefined) return known;
    const code = this.#mac.seal(`sum ${table} ${this.#sums.get(table) ?? 0n}`);
    this.#codes.set(table, code);
    return code;
  }

  /** The sums, each under a mask that needs the key. */
  masked(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#mac.layout.summed.map((table) => [table, this.#maskedOf(table)]));
  }

  /** The sums that a seal holds; null where it holds none, or others than those that it vouches for. */
  static from({ tables, sums }: StoredSeal, mac: RowMac): TableSums | null {
    const read = new TableSums(mac);
    for (const table of mac.layout.summed) {
      const masked = sums?.[table];
      if (masked === undefined || !/^[0-9a-f]{64}$/.test(masked)) return null;
      const mask = mac.mask(table, tables[table] ?? '');
      read.#sums.set(table, (BigInt(`0x${masked}`) + MODULUS - mask) % MODULUS);
      if (read.codeOf(table) !== tables[table]) return null;
    }
    return read;
  }

  #change(table: TableName, by: bigint): void {
    this.#sums.set(table, ((this.#sums.get(table) ?? 0n) + by) % MODULUS);
    this.#codes.delete(table);
    this.#masked.delete(table);
  }

  #maskedOf(table: TableName): string {
    const known = this.#masked.get(table);
    if (known !== undefined) return known;
    const mask = this.#mac.mask(table, this.codeOf(table));
    const masked = (((this.#sums.get(table) ?? 0n) + mask) % MODULUS).toString(16).padStart(64, '0');
    this.#masked.set(table, masked);
    return masked;
  }
}

/** What is stored of the sums: numbered, so that an earlier seal is recognised by the mark beside the key. */
export interface StoredSeal {
  readonly version: number;
  readonly key_id: string;
  /** The codes of the sums. */
  readonly tables: Readonly<Record<string, string>>;
  /** The sums, masked; absent in a store of an earlier Hall. */
  readonly sums?: Readonly<Record<string, string>>;
  readonly code: string;
}

/** The change that stores the sums of a version. */
export function sealChange(version: number, sums: TableSums, mac: RowMac): Change {
  const tables = sums.codes();
  const code = codeOf(version, tables, mac);
  const seal: StoredSeal = { version, key_id: mac.keyId, tables, sums: sums.masked(), code };
  return { put: 'seals', row: { id: SEAL_ID, document: JSON.stringify(seal) } };
}

/** A seal that the Hall wrote itself; null for any other. */
export function readSeal(row: SealRow, mac: RowMac): StoredSeal | null {
  try {
    const seal = JSON.parse(row.document) as StoredSeal;
    const { version, key_id, tables, code } = seal;
    if (key_id !== mac.keyId || !Number.isSafeInteger(version)) return null;
    return isSame(codeOf(version, tables, mac), code) ? seal : null;
  } catch {
    return null;
  }
}

/** The key that a seal says it was made with, whether that is true or not. */
export function sealKeyOf(row: SealRow | null): unknown {
  try {
    return Object(JSON.parse(row?.document ?? 'null')).key_id;
  } catch {
    return undefined;
  }
}

function codeOf(version: number, tables: StoredSeal['tables'], mac: RowMac): string {
  const sums = mac.layout.summed.map((table) => `${table} ${tables[table]}`);
  return mac.seal(`seal ${version} ${sums.join(' ')}`);
}

function isSame(expected: string, given: unknown): boolean {
  const bytes = Buffer.from(String(given));
  return bytes.length === expected.length && timingSafeEqual(Buffer.from(expected), bytes);
}
