import { type EvidenceFindingCode, verifyCheckpoint, verifyInclusion, verifyReceipts } from '@wcp/evidence';
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
export function examinePart(evidence: LoadedEvidence, origin?: string): PartFinding[] {
  const { receipts, keys, proofs } = evidence;
  const { roots, findings } = readRoots(evidence, origin);
  const list = proofs ?? [];
  const unproven = receipts.flatMap((receipt, index) => {
    const code = receipt === null ? null : judge(receipt, list[index], roots);
    return code === null ? [] : [found(index, code)];
  });
  const missing = list.slice(receipts.length).map(() => found(receipts.length, 'PROOF_RECEIPT_MISSING'));
  return [...verifyReceipts(receipts, keys).findings, ...unproven, ...missing, ...findings];
}

/** The roots of the valid checkpoints, by size. */
function readRoots({ checkpoints, keys }: LoadedEvidence, origin?: string) {
  const roots = new Map<number, string>();
  const findings: PartFinding[] = [];
  const expected = origin ?? checkpoints[0]?.split('\n')[0] ?? '';
  for (const [index, note] of checkpoints.entries()) {
    const readings = Object.values(keys).map((publicKey) =>
      verifyCheckpoint(note, { origin: expected, publicKey }),
    );
    const good = readings.find((reading) => reading.ok);
    const reasons = readings.flatMap((reading) => reading.findings);
    const worst = reasons.find(({ code }) => code !== 'CHECKPOINT_KEY_UNKNOWN') ?? reasons[0];
    if (good?.ok) roots.set(good.size, good.root);
    else if (worst !== undefined) findings.push({ ...worst, index });
  }
  return { roots, findings };
}

function judge(
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

function found(index: number, code: keyof typeof MEANINGS): PartFinding {
  return { index, code, message: MEANINGS[code] };
}
