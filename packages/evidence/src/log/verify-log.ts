import { finding, type LogFindingCode } from '../base/finding.ts';
import { type NotChecked, notChecked } from '../base/not-checked.ts';
import { listOf } from '../base/own-member.ts';
import { type Verification, verificationOf } from '../base/verification.ts';
import { keyIdOf, rawPublicKey } from '../key/public-key.ts';
import type { TreeHead } from './checkpoint.ts';
import { type CheckpointKeys, checkpointKeys } from './checkpoint-keys.ts';
import { type KeyHistory, type KeyTerm, type ReceiptAtPosition, readKeyHistory } from './key-history.ts';
import type { MerkleTree } from './merkle-tree.ts';
import { formerNames, judgeUnderName } from './restores.ts';
import { type CheckpointNote, readCheckpoint } from './verify-checkpoint.ts';
import { walkReceipts } from './walk-receipts.ts';

/** A log and what an auditor has to check it against; the receipts in the order of the log. */
export interface LogEvidence {
  readonly receipts: unknown;
  /** The first key of the log, 64 hexadecimal digits: the others follow from the receipts. */
  readonly first_key?: unknown;
  /** Instead of `first_key`: `{signing_key_id: 64 hexadecimal digits}`. Each may sign until the key changes. */
  readonly keys?: unknown;
  /** Checkpoints of this log that the auditor or a witness has kept, as text. */
  readonly checkpoints?: unknown;
  /** The origin of the log; absent, that of the first checkpoint. */
  readonly origin?: string;
  /** The known keys of checkpoints, in the form of `keys`; absent, each is signed by the key in force at its size. */
  readonly checkpoint_keys?: unknown;
}

/** What is wrong with a log, which keys signed it, and what nobody looked at. */
export type LogVerification = Verification<LogFindingCode> & {
  /** The keys of the log in their order; empty where no key ever changed. */
  readonly keys: readonly KeyTerm[];
  readonly not_checked: readonly NotChecked[];
};

/**
 * Verifies a log: what {@link verifyReceipts} finds, keys that were not in force or were revoked, forks of a stream,
 * and what the checkpoints show, such as a tail that was cut off or receipts of different streams that changed places
 * (sections 8.3 and 8.7). The findings about receipts come first, in their order, then those about checkpoints. Never
 * throws.
 *
 * @example
 * ```ts
 * import { type LogEvidence, verifyLog } from '@wcp/evidence';
 *
 * declare const evidence: LogEvidence;
 * const { ok, findings, not_checked } = verifyLog({ ...evidence, origin: 'hall.example/log' });
 * console.log(ok, findings.map(({ index, code }) => `${index} ${code}`));
 * for (const { message } of not_checked) console.log(message);
 * ```
 */
export function verifyLog(evidence: LogEvidence): LogVerification {
  const receipts = listOf(evidence.receipts);
  const notes = evidence.checkpoints === undefined ? [] : readCheckpoints(evidence.checkpoints);
  const origin = evidence.origin ?? notes.find((note) => note !== null)?.head.origin;
  const trusted = trustedKeys(evidence);
  const history = readKeyHistory(placesOf(receipts ?? []), trusted);
  const { tree, findings } = walkReceipts(receipts ?? [], history, origin);
  const keys = keysOfCheckpoints(evidence, history);
  const former = formerNames(receipts ?? []);
  const onCheckpoints = notes.flatMap((note, index) => {
    const code = judgeNote(note, tree, { origin, former, keys });
    return code === null ? [] : [finding(code, index)];
  });
  const all = [...(receipts === null ? [finding('RECEIPT_MALFORMED')] : findings), ...onCheckpoints];
  return { ...verificationOf(all), keys: history.terms, not_checked: notCheckedOf(history) };
}

/** The keys that an auditor starts from, by their ids. */
export function trustedKeys({ first_key, keys }: Pick<LogEvidence, 'first_key' | 'keys'>): unknown {
  if (first_key === undefined) return keys;
  return rawPublicKey(first_key) === null ? {} : { [keyIdOf(String(first_key))]: first_key };
}

/** The keys that may sign checkpoints. */
export function keysOfCheckpoints(
  evidence: Omit<LogEvidence, 'receipts'>,
  history: KeyHistory,
): CheckpointKeys {
  const { checkpoint_keys } = evidence;
  if (checkpoint_keys !== undefined) return checkpointKeys(checkpoint_keys, null);
  return checkpointKeys(trustedKeys(evidence), history);
}

/** What cannot be said of a log without its witnesses. */
export function notCheckedOf({ terms }: KeyHistory): NotChecked[] {
  const isRevoked = terms.some(({ revoked_from }) => revoked_from !== null);
  return [
    notChecked('WITNESSES_NOT_CHECKED'),
    ...(isRevoked ? [notChecked('REVOKED_KEY_NOT_WITNESSED')] : []),
  ];
}

function* placesOf(receipts: readonly unknown[]): Iterable<ReceiptAtPosition> {
  for (const [position, receipt] of receipts.entries()) yield { receipt, position };
}

/** The checkpoints in their parts; null for what is none. */
export function readCheckpoints(checkpoints: unknown): (CheckpointNote | null)[] {
  return listOf(checkpoints)?.map(readCheckpoint) ?? [null];
}

/** The size of a log, and its roots at the sizes of its checkpoints. */
export type LogRoots = Pick<MerkleTree, 'size' | 'root'>;

/** Why a checkpoint is not this log's; null where it is. */
export function judgeNote(
  note: CheckpointNote | null,
  tree: LogRoots,
  log: Parameters<typeof judgeUnderName>[1],
): LogFindingCode | null {
  if (note === null) return 'CHECKPOINT_MALFORMED';
  return judgeUnderName(note, log) ?? compareTree(note.head, tree);
}

function compareTree({ size, root }: TreeHead, tree: LogRoots): LogFindingCode | null {
  if (size > tree.size) return 'LOG_TAIL_MISSING';
  return tree.root(size) === root ? null : 'LOG_ROOT_MISMATCH';
}
