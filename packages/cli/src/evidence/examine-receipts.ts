import { verifyLog } from '@wcp/evidence';
import { type LogFileVerification, verifyLogFile } from '@wcp/evidence/log-file';
import { CliError } from '../base/cli-error.ts';
import { fileProblem } from '../base/problem.ts';
import { reasonOf } from '../base/system-error.ts';
import { byteOrderMarkProblem } from '../input/byte-order-mark.ts';
import type { LoadedEvidence } from './evidence-files.ts';
import { examinePart, type PartFinding, type PartReport } from './examine-part.ts';
import { openPart } from './examine-part-file.ts';
import { aboutTimes, examineTimes, examineTimestamps, type TimestampReport } from './examine-times.ts';
import type { OthersReport } from './examine-witnesses.ts';
import { endAfter, type PartFiles } from './part-lines.ts';

/** What receipts, checkpoints and times show. */
export interface ReceiptsReport extends PartReport {
  /** How many receipts were examined. */
  readonly size: number;
  /** The size of the log that the last of them needs. */
  readonly end: number;
  readonly lastLine: number | null;
  readonly isTorn: boolean;
  /** So much was found that the rest was not looked at. */
  readonly isCutOff: boolean;
  /** The checkpoints that are not this log's, by their indexes. */
  readonly refuted: ReadonlySet<number>;
  readonly stamps: TimestampReport;
  readonly times: OthersReport;
  /** The line of a receipt that something was found about. */
  lineOf(index: number): number | null;
}

/** How evidence is examined. */
export interface ExamineOptions {
  /** The name of the log (default: that of its first checkpoint). */
  readonly origin?: string | undefined;
  /** Called now and then, with how many receipts were verified. */
  readonly onProgress?: ((verified: number) => void) | undefined;
}

/**
 * Examines receipts that were read, or that a file holds.
 *
 * @throws {CliError} where the file cannot be read
 */
export function examineReceipts(evidence: LoadedEvidence, options: ExamineOptions): Promise<ReceiptsReport> {
  const { isStreamed, file, proofFile } = evidence;
  if (!isStreamed) return examineRead(evidence, options);
  return proofFile === null
    ? examineFile(evidence, options)
    : examinePartFile(evidence, { file, proofFile }, options);
}

async function examineRead(evidence: LoadedEvidence, { origin }: ExamineOptions): Promise<ReceiptsReport> {
  const { receipts, lines, isTorn, proofs } = evidence;
  const report = proofs === null ? examineLog(evidence, origin) : examinePart(evidence, origin);
  const refuted = refutedOf(report.findings);
  const stamps = await examineTimestamps(evidence, refuted);
  const times = examineTimes(evidence, stamps.times, malformedOf(report.findings));
  const end =
    proofs === null
      ? receipts.length
      : proofs.reduce<number>((size, proof) => Math.max(size, endAfter(proof)), 0);
  const read = { size: receipts.length, end, lastLine: lines.at(-1) ?? null, isTorn, isCutOff: false };
  return { ...report, ...read, refuted, stamps, times, lineOf: (index) => lines[index] || null };
}

function examineLog(evidence: LoadedEvidence, origin?: string): PartReport {
  const expected = expectationOf(evidence, origin);
  const { findings, keys, not_checked } = verifyLog({ receipts: evidence.receipts, ...expected });
  return { findings, keyFindings: [], keys, not_checked };
}

function expectationOf({ keys, checkpoints }: LoadedEvidence, origin: string | undefined) {
  const notes = checkpoints.length > 0 && { checkpoints };
  return { keys, ...notes, ...(origin !== undefined && { origin }) };
}

/** Which checkpoints are this log's is known before its receipts are: they are read with the right timestamps at once. */
async function examinePartFile(
  evidence: LoadedEvidence,
  files: PartFiles,
  { origin, onProgress }: ExamineOptions,
): Promise<ReceiptsReport> {
  const part = await openPart(evidence, files, origin);
  const refuted = refutedOf(part.checkpointFindings);
  const stamps = await examineTimestamps(evidence, refuted);
  const { timeFindings, lines, ...report } = await part.examine(stamps.times, onProgress);
  const times = aboutTimes(evidence, timeFindings, malformedOf(report.findings));
  return { ...report, refuted, stamps, times, lineOf: (index) => lines.get(index) ?? null };
}

/** Timestamps count from the start; where one is on a checkpoint that is not this log's, the file is read without it. */
async function examineFile(evidence: LoadedEvidence, options: ExamineOptions): Promise<ReceiptsReport> {
  const all = await examineTimestamps(evidence, new Set());
  const first = await verifyFile(evidence, all, options);
  const refuted = refutedOf(first.findings);
  const stamps = refuted.size === 0 ? all : await examineTimestamps(evidence, refuted);
  const isAsBefore = stamps.times.length === all.times.length;
  const verified = isAsBefore ? first : await verifyFile(evidence, stamps, options);
  const times = aboutTimes(evidence, verified.time_findings, malformedOf(verified.findings));
  return { ...reportOf(verified), refuted, stamps, times };
}

async function verifyFile(
  evidence: LoadedEvidence,
  { times: timestamps }: TimestampReport,
  { origin, onProgress }: ExamineOptions,
): Promise<LogFileVerification> {
  const { file, areTimesWaived } = evidence;
  const verified = await verifyLogFile(file, {
    ...expectationOf(evidence, origin),
    timestamps,
    is_ordered: !areTimesWaived,
    ...(onProgress && { onProgress }),
  }).catch((error: unknown) => {
    throw new CliError([fileProblem(file, 'UNREADABLE', reasonOf(error))]);
  });
  if (verified.marked_lines.length === 0) return verified;
  throw new CliError(verified.marked_lines.map((line) => byteOrderMarkProblem(file, line)));
}

function reportOf(verified: LogFileVerification): Omit<ReceiptsReport, 'refuted' | 'stamps' | 'times'> {
  const { findings, time_findings, keys, not_checked, size, last_line, is_torn, is_cut_off } = verified;
  const placed = [...findings, ...time_findings].filter(({ line }) => line !== null);
  const lines = new Map(placed.map(({ index, line }) => [index, line]));
  return {
    ...{ findings, keyFindings: [], keys, not_checked, size, end: size },
    ...{ lastLine: last_line, isTorn: is_torn, isCutOff: is_cut_off },
    lineOf: (index) => lines.get(index) ?? null,
  };
}

/** The checkpoints that are not this log's. */
function refutedOf(found: readonly PartFinding[]): ReadonlySet<number> {
  return new Set(found.flatMap(({ code, index }) => (isAboutCheckpoint(code) ? [index] : [])));
}

/** What is no receipt, by its index. */
function malformedOf(found: readonly PartFinding[]): ReadonlySet<number> {
  return new Set(found.flatMap(({ code, index }) => (code === 'RECEIPT_MALFORMED' ? [index] : [])));
}

/** Whether a finding is about a checkpoint, and its index that of one. */
export function isAboutCheckpoint(code: string): boolean {
  return /^(?:CHECKPOINT|LOG|COSIGNATURE)_/.test(code);
}
