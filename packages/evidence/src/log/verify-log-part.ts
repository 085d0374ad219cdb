import { type EvidenceFinding, finding, type LogFindingCode } from '../base/finding.ts';
import { notChecked } from '../base/not-checked.ts';
import { type Verification, verificationOf } from '../base/verification.ts';
import { ReceiptExaminer } from '../receipt/receipt-examiner.ts';
import type { TreeHead } from './checkpoint.ts';
import { type KeyHistory, type ReceiptAtPosition, readKeyHistory } from './key-history.ts';
import {
  keysOfCheckpoints,
  type LogEvidence,
  type LogVerification,
  notCheckedOf,
  readCheckpoints,
  trustedKeys,
} from './verify-log.ts';
import { keyCodesOf } from './walk-receipts.ts';

/** Some receipts of a log, such as those of one tenant, each at the position that its proof shows. */
export interface LogPart extends Omit<LogEvidence, 'receipts'> {
  readonly receipts: readonly ReceiptAtPosition[];
  /** Further receipts of kind `key`: the keys of the log are learnt from these and from those in `receipts`. */
  readonly key_receipts?: readonly ReceiptAtPosition[];
}

/** What is wrong with a part of a log. */
export type LogPartVerification = Omit<LogVerification, 'ok' | 'findings'> &
  Verification<LogFindingCode> & {
    /** What is wrong with the receipts of kind `key`, by their index. */
    readonly key_findings: readonly EvidenceFinding<LogFindingCode>[];
    /** The tree heads of the checkpoints that hold: what inclusion is proven against. */
    readonly heads: readonly TreeHead[];
  };

/**
 * Verifies a part of a log: its chains, its keys and the checkpoints. That each receipt has its place in the log is
 * for {@link verifyInclusion} to say, against `heads`. Never throws.
 *
 * @example
 * ```ts
 * import { type LogPart, verifyLogPart } from '@wcp/evidence/log';
 *
 * declare const part: LogPart;
 * const { ok, heads, not_checked } = verifyLogPart(part);
 * console.log(ok, heads.map(({ size }) => size), not_checked.map(({ code }) => code));
 * ```
 */
export function verifyLogPart(part: LogPart): LogPartVerification {
  const { receipts, key_receipts = [] } = part;
  const placed = [...receipts, ...key_receipts].toSorted((a, b) => a.position - b.position);
  const history = readKeyHistory(placed, trustedKeys(part));
  const invalid = history.invalidPositions(null);
  const examiner = examinerFor(history);
  const findings = receipts.flatMap(({ receipt, position }, index) => {
    const { link, codes } = examiner.examine(receipt);
    const keyCodes = link === null ? [] : keyCodesOf(link, position, history);
    const change = invalid.has(position) ? (['RECEIPT_KEY_CHANGE_INVALID'] as const) : [];
    return [...codes, ...keyCodes, ...change].map((code): LogFinding => finding(code, index));
  });
  const checkpoints = examineCheckpoints(part, history);
  return {
    ...verificationOf([...findings, ...checkpoints.findings]),
    heads: checkpoints.heads,
    keys: history.terms,
    key_findings: examineKeyReceipts(key_receipts, history),
    not_checked: [...notCheckedOf(history), notChecked('KEY_CHANGES_NOT_COMPLETE')],
  };
}

type LogFinding = EvidenceFinding<LogFindingCode>;

function examinerFor(history: KeyHistory): ReceiptExaminer {
  return new ReceiptExaminer((key_id) => history.find(key_id));
}

/** Each alone: other receipts of their stream are not among them. */
function examineKeyReceipts(receipts: readonly ReceiptAtPosition[], history: KeyHistory): LogFinding[] {
  const examiner = examinerFor(history);
  const invalid = history.invalidPositions(null);
  return receipts.flatMap(({ receipt, position }, index) => {
    const { link, codes } = examiner.examineAlone(receipt);
    const keyCodes = link === null ? [] : keyCodesOf(link, position, history);
    const change = invalid.has(position) ? (['RECEIPT_KEY_CHANGE_INVALID'] as const) : [];
    return [...codes, ...keyCodes, ...change].map((code): LogFinding => finding(code, index));
  });
}

function examineCheckpoints(part: LogPart, history: KeyHistory) {
  const notes = part.checkpoints === undefined ? [] : readCheckpoints(part.checkpoints);
  const origin = part.origin ?? notes.find((note) => note !== null)?.head.origin;
  const keys = keysOfCheckpoints(part, history);
  const heads: TreeHead[] = [];
  const findings: LogFinding[] = [];
  for (const [index, note] of notes.entries()) {
    const code = note === null ? 'CHECKPOINT_MALFORMED' : keys.judge(note, origin);
    if (code !== null) findings.push(finding(code, index));
    else if (note !== null) heads.push(note.head);
  }
  return { heads, findings };
}
