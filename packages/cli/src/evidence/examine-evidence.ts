import { dirname, join } from 'node:path';
import { verifyLog } from '@wcp/evidence';
import type { NotChecked } from '@wcp/evidence/log';
import { EVIDENCE_FILES, type LoadedEvidence } from './evidence-files.ts';
import { examinePart, type PartFinding, type PartReport } from './examine-part.ts';
import { examineTimes, examineTimestamps } from './examine-times.ts';
import { examineWitnesses, type WitnessReport } from './examine-witnesses.ts';

/** A finding about evidence, with its file and line. */
export interface LocatedFinding {
  readonly file: string;
  /** From 1; null if it is not about a line. */
  readonly line: number | null;
  /** The index of the receipt or checkpoint in its list, from 0. */
  readonly index: number;
  readonly code: string;
  readonly message: string;
  /** The decision that it is about, for findings about decisions. */
  readonly decision_id?: string | null;
}

/** What is wrong with evidence, and how much of the log it is. */
export interface EvidenceReport {
  readonly findings: readonly LocatedFinding[];
  /** The whole log up to a checkpoint, or not; null if no checkpoint covers the end, so that nobody can know. */
  readonly is_whole: boolean | null;
  /** The size of the largest checkpoint that is witnessed as the policy demands; null where there is none. */
  readonly witnessed_size: number | null;
  /** How many timestamps were verified. */
  readonly timestamps: number;
  /** What nobody looked at, for want of what it is checked with. */
  readonly not_checked: readonly NotChecked[];
}

/**
 * Every finding of the verifier with its line, what witnesses and timestamps show, a torn last line, and an end that no
 * checkpoint covers unless the user accepts that.
 */
export async function examineEvidence(evidence: LoadedEvidence, origin?: string): Promise<EvidenceReport> {
  const {
    findings: found,
    keyFindings,
    not_checked,
  } = evidence.proofs === null ? examineLog(evidence, origin) : examinePart(evidence, origin);
  const refuted = refutedOf(found);
  const witnesses = examineWitnesses(evidence, refuted);
  const stamps = await examineTimestamps(evidence, refuted);
  const times = examineTimes(evidence, stamps.times);
  const is_whole = isWhole(evidence, found);
  const all = [...found, ...times.findings, ...witnesses.findings];
  const findings = [
    ...all.map((finding) => locate(finding, evidence)),
    ...stamps.findings.map((each) => ({ ...each, line: null })),
    ...keyFindings.map((each) => ({ ...each, file: keyReceiptFile(evidence), line: each.index + 1 })),
  ];
  if (evidence.isTorn) findings.push(tornTail(evidence));
  const isExplained = found.some(({ code }) => isAboutCheckpoint(code));
  if (is_whole === null && !isExplained && !evidence.isEndWaived) findings.push(openEnd(evidence));
  return {
    findings,
    is_whole,
    witnessed_size: witnesses.witnessed_size,
    timestamps: stamps.times.length,
    not_checked: [
      ...not_checked.filter(({ code }) => !isSeenByWitnesses(code, witnesses)),
      ...witnesses.not_checked,
      ...stamps.not_checked,
      ...times.not_checked,
    ],
  };
}

/** What {@link examineWitnesses} answers, or says itself. */
function isSeenByWitnesses(code: string, { findings, witnessed_size }: WitnessReport): boolean {
  if (code === 'REVOKED_KEY_NOT_WITNESSED') return witnessed_size !== null && findings.length === 0;
  return code === 'WITNESSES_NOT_CHECKED';
}

/** The checkpoints that are not this log's. */
function refutedOf(found: readonly PartFinding[]): ReadonlySet<number> {
  return new Set(found.flatMap(({ code, index }) => (isAboutCheckpoint(code) ? [index] : [])));
}

function examineLog({ receipts, keys, checkpoints }: LoadedEvidence, origin?: string): PartReport {
  const { findings, not_checked } = verifyLog({
    receipts,
    keys,
    ...(checkpoints.length > 0 && { checkpoints }),
    ...(origin !== undefined && { origin }),
  });
  return { findings, keyFindings: [], not_checked };
}

/** Beside the receipts, in the folder. */
function keyReceiptFile({ file }: LoadedEvidence): string {
  return join(dirname(file), EVIDENCE_FILES.keyReceipts);
}

/** Whoever can cut receipts off the end can also leave out the checkpoint, so its absence proves nothing. */
function isWhole(
  { receipts, checkpoints, proofs }: LoadedEvidence,
  found: readonly PartFinding[],
): boolean | null {
  const refuted = refutedOf(found);
  const sizes = checkpoints.flatMap((note, index) => (refuted.has(index) ? [] : [sizeOf(note)]));
  if (proofs !== null) return sizes.length > 0 ? false : null;
  if (found.some(({ code }) => code === 'LOG_TAIL_MISSING')) return false;
  return sizes.includes(receipts.length) ? true : null;
}

function isAboutCheckpoint(code: string): boolean {
  return /^(?:CHECKPOINT|LOG|COSIGNATURE)_/.test(code);
}

/** The second line of a checkpoint that was verified. */
function sizeOf(note: string): number {
  return Number(note.split('\n')[1]);
}

function locate({ index, code, message }: PartFinding, evidence: LoadedEvidence): LocatedFinding {
  const { file, lines, checkpointFiles } = evidence;
  if (isAboutCheckpoint(code)) {
    return { file: checkpointFiles[index] ?? file, line: null, index, code, message };
  }
  return { file, line: lines[index] || null, index, code, message };
}

function tornTail({ file, lines, receipts }: LoadedEvidence): LocatedFinding {
  const message = 'The last line is incomplete: a write was interrupted, or the file was cut.';
  return { file, line: lines.at(-1) ?? null, index: receipts.length - 1, code: 'LINE_TORN', message };
}

function openEnd({ file, receipts, checkpoints }: LoadedEvidence): LocatedFinding {
  const missing =
    checkpoints.length === 0 ? 'There is no checkpoint' : 'No checkpoint covers the last receipts';
  const message = `${missing}, so receipts missing from the end cannot be detected. Give one with --checkpoint, or accept that with --no-checkpoint.`;
  return { file, line: null, index: receipts.length, code: 'END_NOT_COVERED', message };
}
