import {
  createMerkleTree,
  generateSigningKey,
  receiptLeaf,
  type SigningKey,
  signCheckpoint,
  signingKeyFromPem,
  signReceipt,
} from '@wcp/evidence';
import type { EvidenceCopy, Loose } from './evidence-copy.ts';

/** A key that no log knows. */
export const STRANGER = generateSigningKey();

/** A key of the log that a thief has: the first one is 0. */
export function stolenKey({ stolen }: EvidenceCopy, index: number): SigningKey {
  return signingKeyFromPem(stolen.at(index) ?? '');
}

/** Changes a receipt and signs it again. */
export function signedAgain(receipt: Loose, key: SigningKey, change: object = {}): Loose {
  return signReceipt({ ...receipt, ...change }, key).receipt;
}

/**
 * Rewrites the log from a position on, as a thief with every key can: each receipt is chained and signed by the key that
 * is in force there.
 *
 * @param change returns the receipt that is to stand at a position
 */
export function rewrite(
  copy: EvidenceCopy,
  from: number,
  change: (receipt: Loose, position: number) => Loose,
): void {
  const keyOf = new Map(
    copy.stolen.map((_, index) => [stolenKey(copy, index).keyId, stolenKey(copy, index)]),
  );
  const heads = new Map<string, string>();
  copy.lines('whole/receipts.jsonl', (receipts) =>
    receipts.map((receipt, position) => {
      const key = keyOf.get(receipt.signing_key_id) as SigningKey;
      const prev_receipt_hash = heads.get(receipt.stream) ?? null;
      const after =
        position < from ? receipt : signedAgain(change(receipt, position), key, { prev_receipt_hash });
      heads.set(receipt.stream, after.receipt_hash);
      return after;
    }),
  );
}

/** Signs a checkpoint of the receipts as they are now, with the key in force at the end or another. */
export function checkpointOf(
  copy: EvidenceCopy,
  key: SigningKey = stolenKey(copy, -1),
  change: object = {},
): string {
  const [origin = ''] = copy.read('whole/checkpoint.txt').split('\n');
  const tree = createMerkleTree(copy.values('whole/receipts.jsonl').map(receiptLeaf));
  return signCheckpoint({ origin, size: tree.size, root: tree.root(), ...change }, key);
}

/** The files of a bundle that hold the newest checkpoint. */
export function newestCheckpoints(copy: EvidenceCopy): string[] {
  const [, size] = copy.read('whole/checkpoint.txt').split('\n');
  return ['whole/checkpoint.txt', `whole/checkpoints/${size}.txt`];
}

/** Puts a checkpoint in the place of the newest one. */
export function replaceCheckpoint(copy: EvidenceCopy, change: (note: string) => string): void {
  for (const file of newestCheckpoints(copy)) copy.text(file, change);
}
