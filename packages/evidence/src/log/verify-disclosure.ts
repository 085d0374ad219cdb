import type { Receipt } from '@wcp/spec';
import { readCanonical, sha256 } from '@wcp/spec/json';
import { type DisclosureFindingCode, finding, type LogFindingCode } from '../base/finding.ts';
import { type NotChecked, notChecked } from '../base/not-checked.ts';
import { isObject, listOf, own } from '../base/own-member.ts';
import { refuted, type Verification, verificationOf } from '../base/verification.ts';
import type { KeyTerm, ReceiptAtPosition } from './key-history.ts';
import { type CheckpointNote, readCheckpoint } from './verify-checkpoint.ts';
import type { LogEvidence } from './verify-log.ts';
import { type LogPartVerification, verifyLogPart } from './verify-log-part.ts';
import { verifyInclusion } from './verify-proof.ts';

/** The form of a disclosure. */
export const DISCLOSURE_FORMAT = 'wcp-disclosure.v1';

/** One request of a log, and what proves that it was decided about, without the rest of the log (section 8.9). */
export interface Disclosure {
  readonly disclosure: typeof DISCLOSURE_FORMAT;
  /** The member `request` of the input; `{}` where it had none. */
  readonly request: unknown;
  readonly receipt: Receipt;
  readonly position: number;
  /** The size of the log that the proofs and the checkpoint are about. */
  readonly size: number;
  readonly proof: readonly string[];
  readonly checkpoint: string;
  /** The receipts of kind `key` below `size`, each with the proof of its place; absent where no key ever changed. */
  readonly key_receipts?: readonly ProvenReceipt[];
}

/** A receipt, and the proof of its place in the log. */
export interface ProvenReceipt extends ReceiptAtPosition {
  readonly proof: readonly string[];
}

/** What a verifier knows of the log: its first key, or keys that may sign until the key changes; and its name. */
export type DisclosureExpectation = Pick<LogEvidence, 'first_key' | 'keys' | 'origin'>;

/** Whether a disclosure holds, the receipt if it does, which keys the log had, and what nobody looked at. */
export type DisclosureVerification = Verification<DisclosureFindingCode, { readonly receipt: Receipt }> & {
  /** The keys of the log in their order, as far as the disclosure shows them; empty where none changed. */
  readonly keys: readonly KeyTerm[];
  readonly not_checked: readonly NotChecked[];
};

/**
 * Verifies that a request is the one that a receipt is about, that the key in force signed the receipt, and that it
 * stands in the log of a signed checkpoint (section 8.9). The first key of the log is enough, however often the key
 * changed. Takes any value and never throws; every reason is found.
 *
 * @example
 * ```ts
 * import { verifyDisclosure } from '@wcp/evidence';
 *
 * declare const disclosure: unknown;
 * declare const first_key: string;
 * const verified = verifyDisclosure(disclosure, { first_key, origin: 'hall.example/log' });
 * if (verified.ok) console.log(verified.receipt.decision_id, verified.receipt.policy_decision);
 * else console.log(verified.findings.map(({ code }) => code));
 * ```
 */
export function verifyDisclosure(
  disclosure: unknown,
  expected: DisclosureExpectation,
): DisclosureVerification {
  const read = readDisclosure(disclosure);
  if (read === null) {
    return { ...refuted('DISCLOSURE_MALFORMED'), keys: [], not_checked: notCheckedIn([]) };
  }
  const note = readCheckpoint(read.checkpoint);
  const part = verifyPart(read, expected);
  const codes = [...examineRequest(read), ...examinePart(part), ...examinePlaces(read, note)];
  const judged = judge(codes);
  const { keys } = part;
  const not_checked = notCheckedIn(part.not_checked);
  return judged.ok
    ? { ...judged, receipt: read.receipt, keys, not_checked }
    : { ...judged, keys, not_checked };
}

/** Each code once, in the order in which they were looked for. */
function judge(codes: readonly DisclosureFindingCode[]): Verification<DisclosureFindingCode> {
  return verificationOf([...new Set(codes)].map((code) => finding(code)));
}

function notCheckedIn(part: readonly NotChecked[]): NotChecked[] {
  return [...part, notChecked('TIMESTAMPS_NOT_CHECKED')];
}

/** A copy of an attacker's value, read once as text: nothing of it changes between two checks. */
function readDisclosure(value: unknown): Disclosure | null {
  const { text, findings } = readCanonical(value);
  if (findings.length > 0) return null;
  const read: unknown = JSON.parse(text);
  if (!isObject(read) || own(read, 'disclosure') !== DISCLOSURE_FORMAT) return null;
  const isWhole = isObject(own(read, 'receipt')) && typeof own(read, 'checkpoint') === 'string';
  const keyReceipts = own(read, 'key_receipts');
  const hasKeys = keyReceipts === undefined || listOf(keyReceipts)?.every(isObject) === true;
  return isWhole && hasKeys && own(read, 'request') !== undefined ? (read as Disclosure) : null;
}

/** The receipt, the changes of the key and the checkpoint, as a part of their log. */
function verifyPart(
  read: Disclosure,
  { first_key, keys, origin }: DisclosureExpectation,
): LogPartVerification {
  return verifyLogPart({
    receipts: [placed(read)],
    key_receipts: (read.key_receipts ?? []).map(placed),
    first_key,
    keys,
    checkpoints: [read.checkpoint],
    ...(origin !== undefined && { origin }),
  });
}

/** Where the place is not one, the proof is malformed; nothing else is to be learnt from the receipt. */
function placed({ receipt, position }: ReceiptAtPosition): ReceiptAtPosition {
  return { receipt, position: Number.isSafeInteger(position) ? position : Number.MAX_SAFE_INTEGER };
}

function examineRequest({ request, receipt }: Disclosure): DisclosureFindingCode[] {
  const hash = own(receipt, 'artifact_hash');
  return hash === sha256(readCanonical(request).text) ? [] : ['DISCLOSURE_REQUEST_MISMATCH'];
}

/** A receipt stands in its stream without those before it: that its head is missing says nothing. */
function examinePart({ findings, key_findings }: LogPartVerification): DisclosureFindingCode[] {
  const codes = findings.map(({ code }) => code).filter((code) => code !== 'RECEIPT_HEAD_MISSING');
  const isOnCheckpoint = (code: LogFindingCode) => code.startsWith('CHECKPOINT_');
  const ordered = [
    ...codes.filter((code) => !isOnCheckpoint(code)),
    ...key_findings.map(({ code }) => code),
    ...codes.filter(isOnCheckpoint),
  ];
  return ordered as DisclosureFindingCode[];
}

function examinePlaces(read: Disclosure, note: CheckpointNote | null): DisclosureFindingCode[] {
  if (note === null) return [];
  const { size, root } = note.head;
  if (read.size !== size) return ['PROOF_INVALID'];
  return [read, ...(read.key_receipts ?? [])].flatMap(({ receipt, position, proof }) => {
    const path = listOf(proof) as readonly string[];
    const claim = { leaf: readCanonical(receipt).text, index: position, size, root, proof: path };
    return verifyInclusion(claim).findings.map(({ code }) => code);
  });
}
