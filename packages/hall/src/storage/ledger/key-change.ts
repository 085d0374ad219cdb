import type { Signer } from '@wcp/evidence/key';
import { type KeyTerm, keyRevocation, keyRotation } from '@wcp/evidence/log';
import { logReceipt } from '@wcp/evidence/receipt';
import { type Receipt, WcpError } from '@wcp/spec';
import type { KeyChange } from '@wcp/spec/document';
import { v7 } from 'uuid';
import type { Store } from '../store/store.ts';
import type { Entry } from './entry.ts';

/** What a change of the keys of a log left. */
export interface KeyChanged {
  /** The position of the receipt that says so. */
  readonly position: number;
  /** Its canonical JSON. */
  readonly receipt: string;
  readonly terms: readonly KeyTerm[];
}

/** From where on a key is revoked: a position, or a time, from which the first position is found. */
export type RevokeAt = { readonly position: number } | { readonly time: string };

/** Where the receipt of a change will stand. */
interface Place {
  readonly origin: string;
  readonly position: number;
  readonly at: string;
}

/** The receipt with which another key follows. */
export async function rotationEntry({
  current,
  next,
  origin,
  position,
  at,
}: Place & { readonly current: Signer; readonly next: Signer }): Promise<Entry> {
  return entryOf(await keyRotation({ origin, current, next, position }), at);
}

/**
 * The receipt with which a former key is revoked, and the terms as they are then.
 *
 * @throws {WcpError} `ERR_WCP_LOG_KEY` where it cannot be
 */
export async function revocationEntry(
  store: Store,
  terms: readonly KeyTerm[],
  key_id: string,
  { from, origin, position, at }: Place & { readonly from: RevokeAt },
): Promise<{ readonly entry: Entry; readonly terms: readonly KeyTerm[] }> {
  const term = terms.find((each) => each.key_id === key_id);
  if (term === undefined) throw refused(`${key_id} is not a key of this log.`);
  if (term.to_position === null) {
    throw refused(
      `${key_id} is in force, and whoever has it could revoke anything with it. Rotate the log first.`,
    );
  }
  const revoked_from = 'position' in from ? from.position : await positionAt(store, position, from.time);
  if (revoked_from > position)
    throw refused(`The log has ${position} receipts: there is no position ${revoked_from}.`);
  const earliest = Math.min(term.revoked_from ?? revoked_from, revoked_from);
  return {
    entry: entryOf(keyRevocation(term, revoked_from, origin), at),
    terms: terms.map((each) => (each === term ? { ...each, revoked_from: earliest } : each)),
  };
}

function entryOf(key: KeyChange, at: string): Entry {
  const draft = logReceipt({ receipt_id: v7(), at, statement: { kind: 'key', key } });
  return { evidence: { kind: 'plain', draft } };
}

/** The first position whose receipt was written at a time or later: its id tells the time, and ids only grow. */
async function positionAt(store: Store, size: number, time: string): Promise<number> {
  const wanted = Date.parse(time);
  let [low, high] = [0, size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [row] = await store.list('receipts', { after: middle - 1, limit: 1 });
    if (row === undefined || writtenAt(row.receipt) >= wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The milliseconds since 1970 that a UUIDv7 begins with. */
function writtenAt(receipt: string): number {
  const { receipt_id } = JSON.parse(receipt) as Receipt;
  return Number.parseInt(receipt_id.replaceAll('-', '').slice(0, 12), 16);
}

function refused(message: string): WcpError {
  return new WcpError('ERR_WCP_LOG_KEY', message);
}
