import { type EvidenceFinding, finding, type LogFindingCode } from '../base/finding.ts';
import { isObject, listOf, own } from '../base/own-member.ts';
import { type Verification, verificationOf } from '../base/verification.ts';
import { ReceiptExaminer, type ReceiptLink } from '../receipt/receipt-examiner.ts';
import type { TreeHead } from './checkpoint.ts';
import { createMerkleTree, type MerkleTree } from './merkle-tree.ts';
import { judgeCheckpoint, readCheckpoint } from './verify-checkpoint.ts';

/** A log and what an auditor has to check it against; the receipts in the order of the log. */
export interface LogEvidence {
  readonly receipts: unknown;
  /** The known keys of receipts: `{signing_key_id: 64 hexadecimal digits}`. */
  readonly keys: unknown;
  /** Checkpoints of this log that the auditor or a witness has kept, as text. */
  readonly checkpoints?: unknown;
  /** The origin of the log; absent, that of the first checkpoint. */
  readonly origin?: string;
  /** The known keys of checkpoints, in the form of `keys`; absent, `keys`. */
  readonly checkpoint_keys?: unknown;
}

/**
 * Verifies a log: what {@link verifyReceipts} finds, forks of a stream, and what the checkpoints show, such
 * as a tail that was cut off or receipts of different streams that changed places (section 8, "Log"). The
 * findings about receipts come first, in their order, then those about checkpoints. Never throws.
 *
 * @example
 * ```ts
 * import { type LogEvidence, verifyLog } from '@wcp/evidence';
 *
 * declare const evidence: LogEvidence;
 * const { ok, findings } = verifyLog({ ...evidence, origin: 'hall.example/log' });
 * console.log(ok, findings.map(({ index, code }) => `${index} ${code}`));
 * ```
 */
export function verifyLog(evidence: LogEvidence): Verification<LogFindingCode> {
  const receipts = listOf(evidence.receipts);
  const examiner = new ReceiptExaminer(evidence.keys);
  const forks = new ForkFinder();
  const tree = createMerkleTree();
  const findings: LogFinding[] = receipts === null ? [finding('RECEIPT_MALFORMED')] : [];
  for (const [index, receipt] of (receipts ?? []).entries()) {
    const { text, link, codes } = examiner.examine(receipt);
    tree.append(text);
    for (const code of codes) findings.push(finding(code, index));
    if (link !== null && forks.isFork(link)) findings.push(finding('RECEIPT_FORKED', index));
  }
  return verificationOf([...findings, ...examineCheckpoints(evidence, tree)]);
}

type LogFinding = EvidenceFinding<LogFindingCode>;

/** Remembers which receipt took each place of each stream. */
class ForkFinder {
  readonly #taken = new Map<string, string | null>();

  isFork({ stream, seq, receipt_hash }: ReceiptLink): boolean {
    const place = `${seq} ${stream}`;
    const taken = this.#taken.get(place);
    const isFork = taken !== undefined && taken !== receipt_hash;
    // No receipt has the hash null: once a place is forked, every receipt that claims it is a fork.
    this.#taken.set(place, isFork ? null : receipt_hash);
    return isFork;
  }
}

function examineCheckpoints(evidence: LogEvidence, tree: MerkleTree): LogFinding[] {
  if (evidence.checkpoints === undefined) return [];
  const notes = listOf(evidence.checkpoints)?.map(readCheckpoint) ?? [null];
  const publicKeys = valuesOf(evidence.checkpoint_keys ?? evidence.keys);
  const origin = evidence.origin ?? notes.find((note) => note !== null)?.head.origin;
  return notes.flatMap((note, index) => {
    const code =
      note === null
        ? 'CHECKPOINT_MALFORMED'
        : (judgeCheckpoint(note, origin, publicKeys) ?? compareTree(note.head, tree));
    return code === null ? [] : [finding(code, index)];
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
