import { createHash } from 'node:crypto';
import { type SigningKey, verifyCheckpoint } from '@wcp/evidence';
import { frontierOf, MerkleFrontier } from '@wcp/evidence/log';
import { type Receipt, type Sha256, WcpError } from '@wcp/spec';
import type { ReceiptRow, Store } from '../store/store.ts';
import { subtreeReader } from './log-tree.ts';

/** The number of last receipts that are checked when a log is opened: the next ones build on them. */
const TAIL = 1_000;

/**
 * Checks the end of a log before it is continued: its last receipts against their leaves and the heads of their
 * streams, and the tree against the last signed checkpoint. `wcp receipts verify` checks the whole log.
 *
 * @throws {WcpError} `ERR_WCP_STORE` where rows were changed behind the Hall's back
 */
export async function checkTail(store: Store, key: SigningKey, origin: string): Promise<void> {
  const tail = await store.list('receipts', { descending: true, limit: TAIL });
  if (!tail.every(isLeaf) || !(await areHeads(store, tail))) throw damaged('its last receipts were changed');
  await checkTree(store, key, origin, (tail[0]?.position ?? -1) + 1);
}

function isLeaf({ leaf, receipt }: ReceiptRow): boolean {
  return createHash('sha256').update('\0').update(receipt).digest().equals(leaf);
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

async function checkTree(
  store: Store,
  { publicKey }: SigningKey,
  origin: string,
  size: number,
): Promise<void> {
  const [last] = await store.list('checkpoints', { descending: true, limit: 1 });
  if (last === undefined) return;
  const signed = verifyCheckpoint(last.note, { origin, publicKey });
  const code = signed.findings[0]?.code;
  if (code === 'CHECKPOINT_ORIGIN_MISMATCH') throw ofAnotherLog(origin);
  // A Hall may get a new key; what the old one signed is then only compared: holders of that key can verify it.
  if (code !== undefined && code !== 'CHECKPOINT_KEY_UNKNOWN')
    throw damaged('its last checkpoint is not signed');
  if (last.size > size) throw damaged('the end of the log is missing');
  const hashes = await Promise.all(frontierOf(last.size).map(subtreeReader(store)));
  if (
    !last.note.startsWith(
      `${origin}\n${last.size}\n${base64Of(new MerkleFrontier(last.size, hashes).root())}\n`,
    )
  ) {
    throw damaged('its receipts are not those of the last checkpoint');
  }
}

function base64Of(root: Sha256): string {
  return Buffer.from(root.slice('sha256:'.length), 'hex').toString('base64');
}

function ofAnotherLog(origin: string): WcpError {
  return new WcpError(
    'ERR_WCP_STORE',
    `The store belongs to another log than ${origin}. Start the Hall with the origin of that log.`,
  );
}

function damaged(what: string): WcpError {
  return new WcpError(
    'ERR_WCP_STORE',
    `The store is damaged: ${what}. Nothing was written. Restore it from a backup; \`wcp receipts verify\` shows where it is damaged.`,
  );
}
