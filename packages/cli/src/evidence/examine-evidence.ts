import { verifyLog } from '@wcp/evidence';
import type { LoadedEvidence } from './evidence-files.ts';
import { examinePart, type PartFinding } from './examine-part.ts';

/** A finding about evidence, with its file and line. */
export interface LocatedFinding {
  readonly file: string;
  /** From 1; null if it is not about a line. */
  readonly line: number | null;
  /** The index of the receipt or checkpoint in its list, from 0. */
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

/** Every finding of the verifier with its line, and a torn last line. */
export function examineEvidence(evidence: LoadedEvidence, origin?: string): LocatedFinding[] {
  const found = evidence.proofs === null ? examineLog(evidence, origin) : examinePart(evidence, origin);
  const findings = found.map((finding) => locate(finding, evidence));
  return evidence.isTorn ? [...findings, tornTail(evidence)] : findings;
}

function examineLog(
  { receipts, keys, checkpoints }: LoadedEvidence,
  origin?: string,
): readonly PartFinding[] {
  return verifyLog({
    receipts,
    keys,
    ...(checkpoints.length > 0 && { checkpoints }),
    ...(origin !== undefined && { origin }),
  }).findings;
}

function locate({ index, code, message }: PartFinding, evidence: LoadedEvidence): LocatedFinding {
  const { file, lines, checkpointFiles } = evidence;
  if (!/^(?:RECEIPT|PROOF)_/.test(code)) {
    return { file: checkpointFiles[index] ?? file, line: null, index, code, message };
  }
  return { file, line: lines[index] || null, index, code, message };
}

function tornTail({ file, lines, receipts }: LoadedEvidence): LocatedFinding {
  const message = 'The last line is incomplete: a write was interrupted, or the file was cut.';
  return { file, line: lines.at(-1) ?? null, index: receipts.length - 1, code: 'LINE_TORN', message };
}
