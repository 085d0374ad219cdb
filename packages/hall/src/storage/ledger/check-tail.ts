import { createHash } from 'node:crypto';
import { verifyCheckpoint, verifyReceipts } from '@wcp/evidence';
import { type Receipt, WcpError } from '@wcp/spec';
import type { RowMac } from '../seal/row-mac.ts';
import { storeTampered, type TamperedRow } from '../seal/store-tampered.ts';
import { unsealedRows } from '../seal/unsealed-rows.ts';
import type { ReceiptRow, Store } from '../store/store.ts';
import { type LogKeys, termAt } from './log-keys.ts';
import { readFrontier } from './log-tree.ts';

/** The number of last receipts that are checked when a log is opened: the next ones build on them. */
const TAIL = 1_000;
/** Heads and nodes that are looked through for a changed one. */
const MAX_ROWS = 100_000;

/**
 * Checks the end of a log, and says which of its rows were not written with the key of the log.
 *
 * @throws {WcpError} `ERR_WCP_STORE_TAMPERED` where rows were changed behind the Hall's back, `ERR_WCP_STORE` for the
 *   store of another log, `ERR_WCP_LOG_KEY` for one of another key
 */
export async function checkEnd(store: Store, log: CheckedLog): Promise<void> {
  try {
    await checkTail(store, log);
  } catch (error) {
    if (!(error instanceof WcpError) || error.code !== 'ERR_WCP_STORE_TAMPERED') throw error;
    const changed = await changedRows(store, log.mac);
    throw changed.length === 0 ? error : storeTampered(changed, []);
  }
}

/** A log whose end is checked: its name, its keys and what vouches for its rows. */
interface CheckedLog extends LogKeys {
  readonly origin: string;
  readonly mac: RowMac;
}

/** Looked for only once something is wrong: all rows that the check stands on. */
async function changedRows(store: Store, mac: RowMac): Promise<TamperedRow[]> {
  const tail = await store.list('receipts', { descending: true, limit: TAIL });
  return [
    ...unsealedRows('receipts', tail, mac),
    ...unsealedRows('heads', await store.list('heads', { limit: MAX_ROWS }), mac),
    ...unsealedRows('checkpoints', await store.list('checkpoints', { descending: true, limit: 1 }), mac),
    ...unsealedRows('nodes', await store.list('nodes', { limit: MAX_ROWS }), mac),
  ];
}

/**
 * Checks the end of a log before it is continued: its last receipts with their signatures, against their rows, their
 * leaves and the heads of their streams, and the tree against the last signed checkpoint. `wcp receipts verify`
 * checks the whole log.
 */
async function checkTail(store: Store, log: CheckedLog): Promise<void> {
  const tail = await store.list('receipts', { descending: true, limit: TAIL });
  const size = (tail[0]?.position ?? -1) + 1;
  if (!tail.every(isRowOfReceipt)) throw damaged('its last receipts were changed');
  if (!(await areHeads(store, tail))) throw damaged('the heads of its streams are not its last receipts');
  checkSignatures(tail, log);
  await checkCheckpoint(store, log, size);
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
function checkSignatures(tail: readonly ReceiptRow[], { terms }: LogKeys): void {
  const receipts = tail.map(({ receipt }) => JSON.parse(receipt) as Receipt).reverse();
  const keys = Object.fromEntries(terms.map(({ key_id, public_key }) => [key_id, public_key]));
  const { findings } = verifyReceipts(receipts, keys);
  const first = findings.find(({ code }) => code !== 'RECEIPT_HEAD_MISSING');
  if (first?.code === 'RECEIPT_KEY_UNKNOWN') throw ofAnotherKey();
  const from = (tail.at(-1)?.position ?? 0) as number;
  const isInForce = (receipt: Receipt, index: number) =>
    receipt.signing_key_id === termAt(terms, from + index).key_id;
  if (first !== undefined || !receipts.every(isInForce)) {
    throw damaged('its last receipts were changed, or are not signed by this Hall');
  }
}

async function checkCheckpoint(store: Store, { origin, terms }: CheckedLog, size: number): Promise<void> {
  const [last] = await store.list('checkpoints', { descending: true, limit: 1 });
  if (last === undefined) return;
  const { public_key: publicKey } = termAt(terms, last.size);
  const signed = verifyCheckpoint(last.note, { origin, publicKey });
  if (signed.findings[0]?.code === 'CHECKPOINT_ORIGIN_MISMATCH') throw ofAnotherLog(origin);
  if (!signed.ok || signed.size !== last.size) throw damaged('its last checkpoint is not signed');
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
    'ERR_WCP_LOG_KEY',
    'The last receipts of the store are signed with another key. Restore that key from a backup; a key is only ever replaced with `wcp keys rotate-log`.',
  );
}

function damaged(what: string): WcpError {
  return new WcpError(
    'ERR_WCP_STORE_TAMPERED',
    `The store is damaged: ${what}. Nothing was written. Restore it from a backup; \`wcp receipts verify\` shows where it is damaged.`,
  );
}
