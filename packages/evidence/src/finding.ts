/** What each code of {@link verifyReceipts} says (section 13, "Receipts"). */
const RECEIPT_FINDINGS = {
  RECEIPT_MALFORMED:
    'This is not a receipt: a member is absent or of another type, or it has no canonical JSON.',
  RECEIPT_HASH_MISMATCH: 'The receipt was changed: its content does not have the hash that it states.',
  RECEIPT_KEY_UNKNOWN: 'The receipt is signed with a key that is not among those known.',
  RECEIPT_SIGNATURE_INVALID: 'The signature is not that of the stated key over the stated hash.',
  RECEIPT_HEAD_MISSING:
    'The first receipt of its stream does not have the number 0: earlier ones are missing.',
  RECEIPT_SEQ_GAP: 'The number does not follow that of the receipt before it in its stream.',
  RECEIPT_CHAIN_BREAK: 'The receipt does not name the hash of the receipt before it in its stream.',
} as const;

const LOG_FINDINGS = {
  ...RECEIPT_FINDINGS,
  RECEIPT_FORKED: 'Another receipt has the same place in the same stream and a different hash.',
  CHECKPOINT_MALFORMED: 'This is not a signed checkpoint.',
  CHECKPOINT_ORIGIN_MISMATCH: 'The checkpoint is that of another log.',
  CHECKPOINT_KEY_UNKNOWN: 'No signature of the checkpoint is by a key that is known for this log.',
  CHECKPOINT_SIGNATURE_INVALID: 'The signature of the log is not over this checkpoint.',
  LOG_TAIL_MISSING: 'The checkpoint states more receipts than there are: the end of the log is missing.',
  LOG_ROOT_MISMATCH: 'The first receipts of the log are not those that the checkpoint was made over.',
} as const;

/** A code of `verifyReceipts` (section 13). */
export type ReceiptFindingCode = keyof typeof RECEIPT_FINDINGS;

/** A code of `verifyLog`: those of section 13 and those of a log and its checkpoints. */
export type LogFindingCode = keyof typeof LOG_FINDINGS;

/** A code of `verifyCheckpoint`. */
export type CheckpointFindingCode = Extract<LogFindingCode, `CHECKPOINT_${string}`>;

/** One thing wrong with evidence. The message is for people and holds nothing of the evidence. */
export interface EvidenceFinding<C extends LogFindingCode = LogFindingCode> {
  /** Of the receipt in its list; for a code `CHECKPOINT_…` or `LOG_…` of the checkpoint in its list. */
  readonly index: number;
  readonly code: C;
  readonly message: string;
}

/** The finding of one code at one place. */
export function finding<C extends LogFindingCode>(index: number, code: C): EvidenceFinding<C> {
  return { index, code, message: LOG_FINDINGS[code] };
}

/** What a code says. */
export function meaningOf(code: LogFindingCode): string {
  return LOG_FINDINGS[code];
}
