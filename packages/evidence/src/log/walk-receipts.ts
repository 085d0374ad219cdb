import { type EvidenceFinding, finding, type LogFindingCode } from '../base/finding.ts';
import { own } from '../base/own-member.ts';
import { ReceiptExaminer, type ReceiptLink } from '../receipt/receipt-examiner.ts';
import { ForkFinder } from './fork-finder.ts';
import type { KeyHistory } from './key-history.ts';
import { createMerkleTree, type MerkleTree } from './merkle-tree.ts';
import { formerNames, readRestore } from './restores.ts';

/** What the receipts of a log show. */
export interface WalkedLog {
  readonly tree: MerkleTree;
  readonly findings: readonly EvidenceFinding<LogFindingCode>[];
}

/**
 * Examines the receipts of a whole log in their order.
 *
 * @param origin the name of the log; absent where nobody knows it
 */
export function walkReceipts(
  receipts: readonly unknown[],
  history: KeyHistory,
  origin: string | undefined,
): WalkedLog {
  const examiner = new ReceiptExaminer((key_id) => history.find(key_id));
  const forks = new ForkFinder();
  const tree = createMerkleTree();
  const findings: EvidenceFinding<LogFindingCode>[] = [];
  const invalid = history.invalidPositions(origin === undefined ? null : originsOf(receipts, origin));
  for (const [index, receipt] of receipts.entries()) {
    const { text, link, codes } = examiner.examine(receipt);
    tree.append(text);
    for (const code of codes) findings.push(finding(code, index));
    if (link === null) continue;
    for (const code of keyCodesOf(link, index, history)) findings.push(finding(code, index));
    if (invalid.has(index)) findings.push(finding('RECEIPT_KEY_CHANGE_INVALID', index));
    if (isWrongRestore(receipt, codes, index, tree)) findings.push(finding('RECEIPT_RESTORE_INVALID', index));
    if (forks.isFork(link)) findings.push(finding('RECEIPT_FORKED', index));
  }
  return { tree, findings };
}

/** What its position says about the key of a receipt. */
export function keyCodesOf(
  link: ReceiptLink,
  position: number,
  history: KeyHistory,
): readonly ('RECEIPT_KEY_NOT_IN_FORCE' | 'RECEIPT_KEY_REVOKED')[] {
  const { signing_key_id } = link;
  if (history.isRevoked(signing_key_id, position)) return ['RECEIPT_KEY_REVOKED'];
  const isKnown = history.find(signing_key_id) !== undefined;
  return isKnown && !history.isInForce(signing_key_id, position) ? ['RECEIPT_KEY_NOT_IN_FORCE'] : [];
}

/** What changes a receipt itself: what it then says is nobody's word. */
const OF_THE_RECEIPT: ReadonlySet<string> = new Set([
  'RECEIPT_HASH_MISMATCH',
  'RECEIPT_KEY_UNKNOWN',
  'RECEIPT_SIGNATURE_INVALID',
] as const);

/**
 * Whether a receipt of kind `restore`, which nobody changed, is not true of those before it.
 *
 * @param codes what was found about the receipt
 * @param tree the receipts up to this one
 */
export function isWrongRestore(
  receipt: unknown,
  codes: readonly string[],
  position: number,
  tree: Pick<MerkleTree, 'root'>,
): boolean {
  if (own(receipt, 'kind') !== 'restore' || codes.some((code) => OF_THE_RECEIPT.has(code))) return false;
  const restore = readRestore(receipt, position);
  return restore === null || tree.root(position) !== restore.root;
}

/** The names that a log had: one that was restored may go on under another. */
export function originsOf(receipts: readonly unknown[], origin: string): ReadonlySet<string> {
  return new Set([origin, ...formerNames(receipts).keys()]);
}
