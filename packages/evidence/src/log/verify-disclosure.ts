import { type Receipt, sha256 } from '@wcp/spec';
import { readCanonical } from '@wcp/spec/json';
import { type DisclosureFindingCode, finding } from '../base/finding.ts';
import { isObject, listOf, own } from '../base/own-member.ts';
import { refuted, type Verification, verificationOf, verified } from '../base/verification.ts';
import { verifyReceipts } from '../receipt/verify-receipts.ts';
import { judgeCheckpoint, readCheckpoint } from './verify-checkpoint.ts';
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
  /** The size of the log that the proof and the checkpoint are about. */
  readonly size: number;
  readonly proof: readonly string[];
  readonly checkpoint: string;
}

/** What a verifier knows of the log. */
export interface DisclosureExpectation {
  /** The keys that may have signed: `{signing_key_id: 64 hexadecimal digits}`. */
  readonly keys: unknown;
  /** The name of the log; absent, that of the checkpoint. */
  readonly origin?: string;
}

/**
 * Verifies that a request is the one that a receipt is about, that the log signed the receipt, and that the receipt
 * stands in the log of a signed checkpoint (section 8.9). Takes any value and never throws; every reason is found.
 *
 * @example
 * ```ts
 * import { verifyDisclosure } from '@wcp/evidence';
 *
 * declare const disclosure: unknown;
 * declare const keys: Record<string, string>;
 * const verified = verifyDisclosure(disclosure, { keys, origin: 'hall.example/log' });
 * if (verified.ok) console.log(verified.receipt.decision_id, verified.receipt.policy_decision);
 * else console.log(verified.findings.map(({ code }) => code));
 * ```
 */
export function verifyDisclosure(
  disclosure: unknown,
  expected: DisclosureExpectation,
): Verification<DisclosureFindingCode, { readonly receipt: Receipt }> {
  const read = readDisclosure(disclosure);
  if (read === null) return refuted('DISCLOSURE_MALFORMED');
  const codes = new Set([
    ...examineRequest(read),
    ...examineReceipt(read, expected),
    ...examinePlace(read, expected),
  ]);
  const judged = verificationOf([...codes].map((code) => finding(code)));
  return judged.ok ? verified({ receipt: read.receipt }) : judged;
}

/** A copy of an attacker's value, read once as text: nothing of it changes between two checks. */
function readDisclosure(value: unknown): Disclosure | null {
  const { text, findings } = readCanonical(value);
  if (findings.length > 0) return null;
  const read: unknown = JSON.parse(text);
  if (!isObject(read) || own(read, 'disclosure') !== DISCLOSURE_FORMAT) return null;
  const isWhole = isObject(own(read, 'receipt')) && typeof own(read, 'checkpoint') === 'string';
  return isWhole && own(read, 'request') !== undefined ? (read as Disclosure) : null;
}

function examineRequest({ request, receipt }: Disclosure): DisclosureFindingCode[] {
  const hash = own(receipt, 'artifact_hash');
  return hash === sha256(readCanonical(request).text) ? [] : ['DISCLOSURE_REQUEST_MISMATCH'];
}

/** Its place in its stream is that of a receipt without those before it. */
function examineReceipt({ receipt }: Disclosure, { keys }: DisclosureExpectation): DisclosureFindingCode[] {
  const codes = verifyReceipts([receipt], keys).findings.map(({ code }) => code);
  return codes.filter((code) => code !== 'RECEIPT_HEAD_MISSING');
}

function examinePlace(
  { receipt, position, size, proof, checkpoint }: Disclosure,
  { keys, origin }: DisclosureExpectation,
): DisclosureFindingCode[] {
  const note = readCheckpoint(checkpoint);
  if (note === null) return ['CHECKPOINT_MALFORMED'];
  const known = isObject(keys) ? Object.keys(keys).map((id) => own(keys, id)) : [];
  const code = judgeCheckpoint(note, origin ?? note.head.origin, known);
  const leaf = readCanonical(receipt).text;
  const path = listOf(proof) as readonly string[];
  const claim = { leaf, index: position, size, root: note.head.root, proof: path };
  const isOfSize = size === note.head.size;
  const placed = verifyInclusion(claim).findings.map((found) => found.code);
  return [...(code === null ? [] : [code]), ...(isOfSize ? placed : (['PROOF_INVALID'] as const))];
}
