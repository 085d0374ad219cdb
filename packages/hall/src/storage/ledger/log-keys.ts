import type { Signer } from '@wcp/evidence/key';
import type { KeyTerm } from '@wcp/evidence/log';
import { type Receipt, WcpError } from '@wcp/spec';
import type { RowMac } from '../seal/row-mac.ts';
import { storeTampered } from '../seal/store-tampered.ts';
import { isSealed } from '../seal/unsealed-rows.ts';
import type { Change, Store, Touched } from '../store/store.ts';
import type { LedgerIdentity } from './ledger-identity.ts';

/** The row that repeats what the receipts of kind `key` say: it is written with each of them. */
const ROW = 'log-keys';

/** The keys of a log, and the one that signs now. */
export interface LogKeys {
  /** In their order; never empty. */
  readonly terms: readonly KeyTerm[];
  readonly signer: Signer;
}

/**
 * The keys of a log, from its store.
 *
 * @throws {WcpError} `ERR_WCP_LOG_KEY` where none of the keys given is the one in force, `ERR_WCP_STORE_TAMPERED`
 */
export async function readLogKeys(store: Store, identity: LedgerIdentity, mac: RowMac): Promise<LogKeys> {
  const { key, next } = identity;
  const terms = await readTerms(store, mac);
  const inForce = terms?.at(-1)?.key_id ?? (await firstKeyOf(store, mac)) ?? key.keyId;
  const signer = [key, next].find((each) => each?.keyId === inForce);
  if (signer === undefined) throw notInForce(key, inForce);
  return { terms: terms ?? [firstTerm(signer)], signer };
}

/** The change that stores the keys. */
export function logKeysChange(terms: readonly KeyTerm[], at: string): Change {
  return { put: 'meta', row: { id: ROW, state: ROW, at, document: JSON.stringify(terms) } };
}

/** Whether a row is the one that stores the keys. */
export function isLogKeys({ table, key }: Touched): boolean {
  return table === 'meta' && key === ROW;
}

/** The term of a key that may sign a position. */
export function termAt(terms: readonly KeyTerm[], position: number): KeyTerm {
  return (terms.findLast(({ from_position }) => from_position <= position) ?? terms[0]) as KeyTerm;
}

/** A key that signs from now on, and the ends that the terms before it get. */
export function withNextTerm(terms: readonly KeyTerm[], next: Signer, from_position: number): KeyTerm[] {
  const ended = terms.map((term) => ({ ...term, to_position: term.to_position ?? from_position }));
  return [...ended, { ...firstTerm(next), from_position }];
}

function firstTerm({ keyId: key_id, publicKey: public_key }: Signer): KeyTerm {
  return { key_id, public_key, from_position: 0, to_position: null, revoked_from: null };
}

async function readTerms(store: Store, mac: RowMac): Promise<readonly KeyTerm[] | null> {
  const row = await store.get('meta', ROW);
  if (row === null) return null;
  if (!isSealed('meta', row, mac)) throw storeTampered([{ table: 'meta', key: ROW }], []);
  return JSON.parse(row.document) as KeyTerm[];
}

/** The key of a log that never changed: that of any receipt. Null where nobody vouches for one. */
async function firstKeyOf(store: Store, mac: RowMac): Promise<string | null> {
  const [last] = await store.list('receipts', { descending: true, limit: 1 });
  if (last === undefined || !isSealed('receipts', last, mac)) return null;
  return (JSON.parse(last.receipt) as Receipt).signing_key_id;
}

function notInForce({ keyId }: Signer, inForce: string): WcpError {
  return new WcpError(
    'ERR_WCP_LOG_KEY',
    `The key ${keyId} is not the one that signs this log: that is ${inForce}. Nothing was written. Restore that key from a backup; a key is only ever replaced with \`wcp keys rotate-log\`.`,
  );
}
