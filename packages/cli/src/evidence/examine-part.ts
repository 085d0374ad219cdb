import { type EvidenceFindingCode, verifyInclusion } from '@wcp/evidence';
import { type KeyTerm, type LogPart, type NotChecked, verifyLogPart } from '@wcp/evidence/log';
import { readCanonical } from '@wcp/spec/json';
import type { LoadedEvidence } from './evidence-files.ts';

/** Findings about receipts that are not the whole log, in addition to those of the verifier. */
const MEANINGS = {
  PROOF_MALFORMED: 'This is not a proof, or this receipt has none.',
  PROOF_INVALID: 'The proof does not show that this receipt is in the log of the checkpoint.',
  PROOF_CHECKPOINT_MISSING:
    'There is no valid checkpoint of the size that the proof was made for, so nothing shows that the receipt is in the log.',
  PROOF_RECEIPT_MISSING: 'There is a proof for a receipt that is missing.',
} as const;

/** A finding of the verifier, or one about a proof. */
export interface PartFinding {
  readonly index: number;
  readonly code: EvidenceFindingCode | keyof typeof MEANINGS;
  readonly message: string;
}

interface Proof {
  readonly position: number;
  readonly size: number;
  readonly proof: readonly string[];
}

/**
 * Everything wrong with the receipts of some streams of a log: the receipt chains, the checkpoints, and for each
 * receipt the proof that it is in the log. Receipts missing from the end of a stream cannot be detected.
 */
export function examinePart(evidence: LoadedEvidence, origin?: string): PartReport {
  const { receipts, proofs, keyReceipts } = evidence;
  const list = proofs ?? [];
  const placed = receipts.map((receipt, index) => ({ receipt, position: positionOf(list[index]) }));
  const verified = verifyLogPart({ receipts: placed, ...partExpectation(evidence, origin) });
  const roots = new Map(verified.heads.map(({ size, root }) => [size, root]));
  const unproven = receipts.flatMap((receipt, index) => {
    const code = receipt === null ? null : judge(receipt, list[index], roots);
    return code === null ? [] : [found(index, code)];
  });
  const missing = list.slice(receipts.length).map(() => found(receipts.length, 'PROOF_RECEIPT_MISSING'));
  const isAboutReceipt = ({ code }: PartFinding) => !code.startsWith('CHECKPOINT_');
  const [about, onCheckpoints] = [
    verified.findings.filter((each) => isAboutReceipt(each) && !needsPlace(each.code, list[each.index])),
    verified.findings.filter((each) => !isAboutReceipt(each)),
  ];
  return {
    findings: [...about, ...unproven, ...missing, ...onCheckpoints],
    keyFindings: [...verified.key_findings, ...unprovenKeys(keyReceipts, roots)],
    keys: verified.keys,
    not_checked: verified.not_checked,
  };
}

/** What the receipts of a part are verified with. */
export function partExpectation(
  { keys, keyReceipts, checkpoints }: LoadedEvidence,
  origin?: string,
): Omit<LogPart, 'receipts'> {
  return {
    key_receipts: keyReceipts.map((line) => ({ receipt: own(line, 'receipt'), position: positionOf(line) })),
    keys,
    ...(checkpoints.length > 0 && { checkpoints }),
    ...(origin !== undefined && { origin }),
  };
}

/** What is wrong with a part of a log. */
export interface PartReport {
  readonly findings: readonly PartFinding[];
  /** What is wrong with the receipts of kind `key`, by their lines. */
  readonly keyFindings: readonly PartFinding[];
  /** The keys of the log in their order; empty where none ever changed. */
  readonly keys: readonly KeyTerm[];
  readonly not_checked: readonly NotChecked[];
}

/** What only a position says of a receipt, where nothing says at which position it stands. */
export function needsPlace(code: string, proof: unknown): boolean {
  return /^RECEIPT_KEY_(?:NOT_IN_FORCE|REVOKED|CHANGE)/.test(code) && !isProof(proof);
}

/** What is wrong with the proofs of the receipts of kind `key`. */
export function unprovenKeys(lines: readonly unknown[], roots: ReadonlyMap<number, string>): PartFinding[] {
  return lines.flatMap((line, index) => {
    const code = judge(own(line, 'receipt'), line, roots);
    return code === null ? [] : [found(index, code)];
  });
}

/** Where a proof says that its receipt stands, for the times; NaN where it does not say. */
export function rawPositionOf(proof: unknown): number {
  return Number((Object(proof) as { readonly position?: unknown }).position);
}

/** Where a proof says that its receipt stands; the proof itself is verified against a checkpoint. */
export function positionOf(proof: unknown): number {
  const position = own(proof, 'position');
  return Number.isSafeInteger(position) ? (position as number) : Number.MAX_SAFE_INTEGER;
}

function own(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** What is wrong with the proof of a receipt; null where it holds. */
export function judge(
  receipt: unknown,
  proof: unknown,
  roots: ReadonlyMap<number, string>,
): keyof typeof MEANINGS | null {
  if (!isProof(proof)) return 'PROOF_MALFORMED';
  const root = roots.get(proof.size);
  if (root === undefined) return 'PROOF_CHECKPOINT_MISSING';
  const leaf = readCanonical(receipt).text;
  const { position: index, size, proof: path } = proof;
  return verifyInclusion({ leaf, index, size, root, proof: path }).ok ? null : 'PROOF_INVALID';
}

function isProof(value: unknown): value is Proof {
  const { position, size, proof } = Object(value) as Partial<Proof>;
  return Number.isSafeInteger(position) && Number.isSafeInteger(size) && Array.isArray(proof);
}

/** A finding about a proof. */
export function found(index: number, code: keyof typeof MEANINGS): PartFinding {
  return { index, code, message: MEANINGS[code] };
}
