import { dirname, join } from 'node:path';
import type { NotChecked } from '@wcp/evidence/log';
import { EVIDENCE_FILES, type LoadedEvidence } from './evidence-files.ts';
import type { PartFinding, PartReport } from './examine-part.ts';
import {
  type ExamineOptions,
  examineReceipts,
  isAboutCheckpoint,
  type ReceiptsReport,
} from './examine-receipts.ts';
import { examineWitnesses } from './examine-witnesses.ts';

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
  /** How many receipts were examined. */
  readonly receipts: number;
  /** So much was found that the rest was not looked at. */
  readonly is_cut_off: boolean;
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
export async function examineEvidence(
  evidence: LoadedEvidence,
  options: ExamineOptions = {},
): Promise<EvidenceReport> {
  const report = await examineReceipts(evidence, options);
  const { findings: found, keyFindings, stamps, times } = report;
  const witnesses = examineWitnesses(evidence, report);
  const is_whole = isWhole(evidence, report);
  const all = [...found, ...times.findings, ...witnesses.findings];
  const findings = [
    ...all.map((finding) => locate(finding, evidence, report)),
    ...keyFindings.map((finding) => locateKey(finding, evidence)),
    ...stamps.findings.map((each) => ({ ...each, line: null })),
  ];
  if (report.isTorn) findings.push(tornTail(evidence, report));
  const isExplained = report.isCutOff || found.some(({ code }) => isAboutCheckpoint(code));
  if (is_whole === null && !isExplained && !evidence.isEndWaived) findings.push(openEnd(evidence, report));
  const { witnessed_size } = witnesses;
  const aboutKeys = keysNotChecked(report, witnessed_size);
  return {
    receipts: report.size,
    is_cut_off: report.isCutOff,
    findings,
    is_whole,
    witnessed_size,
    timestamps: stamps.times.length,
    not_checked: [...witnesses.not_checked, ...aboutKeys, ...stamps.not_checked, ...times.not_checked],
  };
}

/** What was not checked about the keys. What a witness saw before a key was revoked is good. */
function keysNotChecked({ not_checked, keys }: PartReport, witnessed_size: number | null): NotChecked[] {
  const isWitnessed = keys.every(
    ({ revoked_from }) => revoked_from === null || (witnessed_size ?? -1) >= revoked_from,
  );
  return not_checked.filter(
    ({ code }) => code !== 'WITNESSES_NOT_CHECKED' && !(isWitnessed && code === 'REVOKED_KEY_NOT_WITNESSED'),
  );
}

/** A finding about a line of the receipts of the keys, which are beside the others in the folder. */
function locateKey({ index, code, message }: PartFinding, { file }: LoadedEvidence): LocatedFinding {
  const beside = join(dirname(file), EVIDENCE_FILES.keyReceipts);
  return { file: beside, line: index + 1, index, code, message };
}

/** Whoever can cut receipts off the end can also leave out the checkpoint, so its absence proves nothing. */
function isWhole(
  { checkpoints, isPart }: LoadedEvidence,
  { findings: found, refuted, size, isCutOff }: ReceiptsReport,
): boolean | null {
  if (isCutOff) return null;
  const sizes = checkpoints.flatMap((note, index) => (refuted.has(index) ? [] : [sizeOf(note)]));
  if (isPart) return sizes.length > 0 ? false : null;
  if (found.some(({ code }) => code === 'LOG_TAIL_MISSING')) return false;
  return sizes.includes(size) ? true : null;
}

/** The second line of a checkpoint that was verified. */
function sizeOf(note: string): number {
  return Number(note.split('\n')[1]);
}

function locate(
  { index, code, message }: PartFinding,
  { file, checkpointFiles }: LoadedEvidence,
  report: ReceiptsReport,
): LocatedFinding {
  if (isAboutCheckpoint(code)) {
    return { file: checkpointFiles[index] ?? file, line: null, index, code, message };
  }
  return { file, line: report.lineOf(index), index, code, message };
}

function tornTail({ file }: LoadedEvidence, { lastLine, size }: ReceiptsReport): LocatedFinding {
  const message = 'The last line is incomplete: a write was interrupted, or the file was cut.';
  return { file, line: lastLine, index: size - 1, code: 'LINE_TORN', message };
}

function openEnd({ file, checkpoints }: LoadedEvidence, { size }: ReceiptsReport): LocatedFinding {
  const missing =
    checkpoints.length === 0 ? 'There is no checkpoint' : 'No checkpoint covers the last receipts';
  const message = `${missing}, so receipts missing from the end cannot be detected. Give one with --checkpoint, or accept that with --no-checkpoint.`;
  return { file, line: null, index: size, code: 'END_NOT_COVERED', message };
}
