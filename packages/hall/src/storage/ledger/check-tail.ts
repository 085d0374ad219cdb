import { createHash } from 'node:crypto';
import { verifyCheckpoint, verifyReceipts } from '@wcp/evidence';
import { type Receipt, WcpError } from '@wcp/spec';
import { macsOf } from '../seal/open-sealed-store.ts';
import { storeTampered, type TamperedRow } from '../seal/store-tampered.ts';
import { unsealedRows } from '../seal/unsealed-rows.ts';
import type { ReceiptRow, Store } from '../store/store.ts';
import { type LedgerIdentity, publicKeysOf } from './ledger-identity.ts';
import { readFrontier } from './log-tree.ts';

/** The number of last receipts that are checked when a log is opened: the next ones build on them. */
const TAIL = 1_000;
/** Heads and nodes that are looked through for a changed one. */
const MAX_ROWS = 100_000;

/**
 * Checks the end of a log, and says which of its rows were not written with the key of the log.
 *
 * @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where rows were changed behind the Hall's back, `ERR_WCP_STORE` for the
 *   store of another log or another key
 */
export async function checkEnd(store: Store, identity: LedgerIdentity): Promise<void> {
  try {
    await checkTail(store, identity);
  } catch (error) {
    if (!(error instanceof WcpError) || error.code !== 'ERR_WCP_STORE_TAMPERED') throw error;
    const changed = await changedRows(store, identity);
    throw changed.length === 0 ? error : storeTampered(changed, []);
  }
}

/** Looked for only once something is wrong: all rows that the check stands on. */
async function changedRows(store: Store, identity: LedgerIdentity): Promise<TamperedRow[]> {
  const tail = await store.list('receipts', { descending: true, limit: TAIL });
  const macs = macsOf(identity);
  return [
    ...unsealedRows('receipts', tail, macs),
    ...unsealedRows('heads', await store.list('heads', { limit: MAX_ROWS }), macs),
    ...unsealedRows('checkpoints', await store.list('checkpoints', { descending: true, limit: 1 }), macs),
    ...unsealedRows('nodes', await store.list('nodes', { limit: MAX_ROWS }), macs),
  ];
}

/**
 * Checks the end of a log before it is continued: its last receipts with their signatures, against their rows, their
 * leaves and the heads of their streams, and the tree against the last signed checkpoint. `wcp receipts verify`
 * checks the whole log.
 */
async function checkTail(store: Store, identity: LedgerIdentity): Promise<void> {
  const tail = await store.list('receipts', { descending: true, limit: TAIL });
  const size = (tail[0]?.position ?? -1) + 1;
  if (!tail.every(isRowOfReceipt)) throw damaged('its last receipts were changed');
  if (!(await areHeads(store, tail))) throw damaged('the heads of its streams are not its last receipts');
  checkSignatures(tail, identity);
  await checkCheckpoint(store, identity, size);
}

/** Whether the columns of a row say what its receipt says, and its leaf is that of the receipt. */
export function isRowOfReceipt({ leaf, receipt: text, ...row }: ReceiptRow): boolean {
  if (!createHash('sha256').update('\0').update(text).digest().equals(leaf)) return false;
  const { stream, seq, kind, decision_id, correlation_id } = JSON.parse(text) as Receipt;
  return (
    stream === row.stream &&
    seq === row.seq &&
    kind === row.kind &&
    decision_id === row.decision_id &&
    correlation_id === row.correlation_id
  );
}

async function areHeads(store: Store, tail: readonly ReceiptRow[]): Promise<boolean> {
  const seen = new Set<string>();
  for (const { stream, seq, receipt } of tail) {
    if (seen.has(stream)) continue;
    seen.add(stream);
    const head = await store.get('heads', stream);
    if (head?.seq !== seq || head.receipt_hash !== (JSON.parse(receipt) as Receipt).receipt_hash)
      return false;
  }
  return true;
}

/** A tail begins in the middle of its streams: only there may the receipt before one be missing. */
function checkSignatures(tail: readonly ReceiptRow[], identity: LedgerIdentity): void {
  const receipts = tail.map(({ receipt }) => JSON.parse(receipt) as unknown).reverse();
  const { findings } = verifyReceipts(receipts, publicKeysOf(identity));
  const first = findings.find(({ code }) => code !== 'RECEIPT_HEAD_MISSING');
  if (first?.code === 'RECEIPT_KEY_UNKNOWN') throw ofAnotherKey();
  if (first !== undefined) throw damaged('its last receipts were changed, or are not signed by this Hall');
}

async function checkCheckpoint(store: Store, identity: LedgerIdentity, size: number): Promise<void> {
  const { origin } = identity;
  const [last] = await store.list('checkpoints', { descending: true, limit: 1 });
  if (last === undefined) return;
  const readings = Object.values(publicKeysOf(identity)).map((publicKey) =>
    verifyCheckpoint(last.note, { origin, publicKey }),
  );
  const signed = readings.find(({ ok }) => ok);
  if (readings[0]?.findings[0]?.code === 'CHECKPOINT_ORIGIN_MISMATCH') throw ofAnotherLog(origin);
  if (!signed?.ok || signed.size !== last.size) throw damaged('its last checkpoint is not signed');
  if (signed.size > size) throw damaged('the end of the log is missing');
  if ((await readFrontier(store, signed.size)).root() !== signed.root) {
    throw damaged('its receipts are not those of the last checkpoint');
  }
}

function ofAnotherLog(origin: string): WcpError {
  return new WcpError(
    'ERR_WCP_STORE',
    `The store belongs to another log than ${origin}. Start the Hall with the origin of that log.`,
  );
}

function ofAnotherKey(): WcpError {
  return new WcpError(
    'ERR_WCP_STORE',
    'The last receipts of the store are signed with another key. Start the Hall with that key, or name it among its former keys.',
  );
}

function damaged(what: string): WcpError {
  return new WcpError(
    'ERR_WCP_STORE_TAMPERED',
    `The store is damaged: ${what}. Nothing was written. Restore it from a backup; \`wcp receipts verify\` shows where it is damaged.`,
  );
}
