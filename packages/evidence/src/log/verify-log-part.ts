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
  const { receipts } = part;
  const examiner = new LogPartExaminer(part, receipts);
  const findings = receipts.flatMap((placed, index) => examiner.examine(placed, index));
  const { checkpoint_findings, heads, keys, key_findings, not_checked } = examiner;
  const all = verificationOf([...findings, ...checkpoint_findings]);
  return { ...all, heads, keys, key_findings, not_checked };
}

/**
 * Examines a part of a log as {@link verifyLogPart} does, one receipt after the other, so that they need not all be in
 * memory. Never throws.
 *
 * @example
 * ```ts
 * import { type LogPart, LogPartExaminer } from '@wcp/evidence/log';
 *
 * declare const part: LogPart;
 * const examiner = new LogPartExaminer(part, part.receipts);
 * for (const [index, placed] of part.receipts.entries()) console.log(examiner.examine(placed, index));
 * ```
 */
export class LogPartExaminer {
  /** What is wrong with the checkpoints, by their index. */
  readonly checkpoint_findings: readonly EvidenceFinding<LogFindingCode>[];
  /** The tree heads of the checkpoints that hold: what inclusion is proven against. */
  readonly heads: readonly TreeHead[];
  /** What is wrong with the receipts of kind `key` beside the others, by their index. */
  readonly key_findings: readonly EvidenceFinding<LogFindingCode>[];
  readonly #history: KeyHistory;
  readonly #invalid: ReadonlySet<number>;
  readonly #examiner: ReceiptExaminer;

  /** @param among the receipts of kind `key` that are to be examined; those of other kinds are ignored */
  constructor(part: Omit<LogPart, 'receipts'>, among: readonly ReceiptAtPosition[]) {
    const { key_receipts = [] } = part;
    const placed = [...among, ...key_receipts].toSorted((a, b) => a.position - b.position);
    this.#history = readKeyHistory(placed, trustedKeys(part));
    this.#invalid = this.#history.invalidPositions(null);
    this.#examiner = examinerFor(this.#history);
    const { heads, findings } = examineCheckpoints(part, this.#history);
    this.heads = heads;
    this.checkpoint_findings = findings;
    this.key_findings = examineKeyReceipts(key_receipts, this.#history);
  }

  /** What is wrong with the next receipt: each is examined against those of its stream before it. */
  examine({ receipt, position }: ReceiptAtPosition, index: number): EvidenceFinding<LogFindingCode>[] {
    const { link, codes } = this.#examiner.examine(receipt);
    const keyCodes = link === null ? [] : keyCodesOf(link, position, this.#history);
    const change = this.#invalid.has(position) ? (['RECEIPT_KEY_CHANGE_INVALID'] as const) : [];
    return [...codes, ...keyCodes, ...change].map((code) => finding(code, index));
  }

  /** The keys of the log in their order; empty where none ever changed. */
  get keys(): LogVerification['keys'] {
    return this.#history.terms;
  }

  get not_checked(): LogVerification['not_checked'] {
    return [...notCheckedOf(this.#history), notChecked('KEY_CHANGES_NOT_COMPLETE')];
  }
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

function examineCheckpoints(part: Omit<LogPart, 'receipts'>, history: KeyHistory) {
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
