import { type EvidenceFinding, finding, type LogFindingCode } from '../finding.ts';
import { isObject, listOf, own } from '../own-member.ts';
import { ReceiptExaminer, type ReceiptLink } from '../receipt/receipt-examiner.ts';
import type { TreeHead } from './checkpoint.ts';
import { createMerkleTree } from './merkle.ts';
import type { MerkleTree } from './merkle-tree.ts';
import { judgeCheckpoint, readCheckpoint } from './verify-checkpoint.ts';

/** A log and what an auditor holds to check it against; the receipts in the order of the log. */
export interface LogEvidence {
  readonly receipts: unknown;
  /** The known keys of receipts: `{signing_key_id: 64 hexadecimal digits}`. */
  readonly keys: unknown;
  /** Checkpoints of this log that the auditor or a witness kept, as text. */
  readonly checkpoints?: unknown;
  /** The origin of the log; where it is absent, that of the first checkpoint. */
  readonly origin?: string;
  /** The known keys of checkpoints, in the form of `keys`; where they are absent, `keys`. */
  readonly checkpoint_keys?: unknown;
}

/**
 * Everything wrong with a log: what `verifyReceipts` finds, forks of a stream, and what the checkpoints
 * show, among it a tail that was cut off and receipts of other streams that changed places (section 8,
 * "Log"). First the receipts in their order, then the checkpoints in theirs. Never throws.
 *
 * @example verifyLog({ receipts, keys, checkpoints: [text], origin: 'hall.example/log' }) // []
 */
export function verifyLog(evidence: LogEvidence): EvidenceFinding[] {
  const receipts = listOf(evidence.receipts);
  const examiner = new ReceiptExaminer(evidence.keys);
  const forks = new ForkFinder();
  const tree = createMerkleTree();
  const findings: EvidenceFinding[] = receipts === null ? [finding(0, 'RECEIPT_MALFORMED')] : [];
  for (const [index, receipt] of (receipts ?? []).entries()) {
    const { text, link, codes } = examiner.examine(receipt);
    tree.append(text);
    for (const code of codes) findings.push(finding(index, code));
    if (link !== null && forks.isFork(link)) findings.push(finding(index, 'RECEIPT_FORKED'));
  }
  return [...findings, ...examineCheckpoints(evidence, tree)];
}

/** Remembers which receipt took each place of each stream. */
class ForkFinder {
  readonly #taken = new Map<string, string | null>();

  isFork({ stream, seq, receipt_hash }: ReceiptLink): boolean {
    const place = `${seq} ${stream}`;
    const taken = this.#taken.get(place);
    const isFork = taken !== undefined && taken !== receipt_hash;
    // Null is no receipt's hash: once a place is forked, whatever claims it is a fork.
    this.#taken.set(place, isFork ? null : receipt_hash);
    return isFork;
  }
}

function examineCheckpoints(evidence: LogEvidence, tree: MerkleTree): EvidenceFinding[] {
  if (evidence.checkpoints === undefined) return [];
  const notes = listOf(evidence.checkpoints)?.map(readCheckpoint) ?? [null];
  const publicKeys = valuesOf(evidence.checkpoint_keys ?? evidence.keys);
  const origin = evidence.origin ?? notes.find((note) => note !== null)?.head.origin;
  return notes.flatMap((note, index) => {
    const code =
      note === null
        ? 'CHECKPOINT_MALFORMED'
        : (judgeCheckpoint(note, origin, publicKeys) ?? compareTree(note.head, tree));
    return code === null ? [] : [finding(index, code)];
  });
}

function compareTree({ size, root }: TreeHead, tree: MerkleTree): LogFindingCode | null {
  if (size > tree.size) return 'LOG_TAIL_MISSING';
  return tree.root(size) === root ? null : 'LOG_ROOT_MISMATCH';
}

function valuesOf(keys: unknown): unknown[] {
  try {
    return isObject(keys) ? Object.keys(keys).map((id) => own(keys, id)) : [];
  } catch {
    return [];
  }
}
