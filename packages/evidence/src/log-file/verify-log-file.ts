import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { finding, type LogFindingCode, type TimeFindingCode } from '../base/finding.ts';
import type { NotChecked } from '../base/not-checked.ts';
import { isObject } from '../base/own-member.ts';
import { reportsOf } from '../base/thread-pool.ts';
import { ForkFinder } from '../log/fork-finder.ts';
import { type KeyHistory, type KeyTerm, readKeyHistory } from '../log/key-history.ts';
import { formerNames } from '../log/restores.ts';
import type { CheckpointNote } from '../log/verify-checkpoint.ts';
import {
  judgeNote,
  keysOfCheckpoints,
  type LogEvidence,
  notCheckedOf,
  readCheckpoints,
  trustedKeys,
} from '../log/verify-log.ts';
import type { LogTime } from '../log/verify-times.ts';
import { isWrongRestore, originsOf } from '../log/walk-receipts.ts';
import { isLink } from '../receipt/receipt-examiner.ts';
import type { LinesReport } from './examine-lines.ts';
import { type LineChunk, readLineChunks } from './line-chunks.ts';
import type { LineWorkerData } from './line-worker.ts';
import { LogFileExaminer, type LogFileFinding } from './log-file-examiner.ts';
import { type ReceiptOnLine, readLogLines, receiptsWith } from './read-lines.ts';

/** What a file of receipts is verified with. */
export interface LogFileExpectation extends Omit<LogEvidence, 'receipts'> {
  /** Verified timestamps on checkpoints of the log (default: none). */
  readonly timestamps?: readonly LogTime[];
  /** Whether the receipts must be dated in their order (default true). */
  readonly is_ordered?: boolean;
  /** Threads that verify signatures (default: one a core). */
  readonly threads?: number;
  /** Bytes that a thread examines at a time (default 1 MiB). */
  readonly chunk_bytes?: number;
  /** Called now and then with how many receipts were verified so far. */
  readonly onProgress?: (verified: number) => void;
}

/** What came of a verification of a file. */
export interface LogFileVerification {
  readonly ok: boolean;
  /** Those that `verifyLog` finds, in its order. */
  readonly findings: readonly LogFileFinding[];
  /** Those that `verifyTimes` finds. */
  readonly time_findings: readonly LogFileFinding<TimeFindingCode>[];
  /** Whether the rest was left unexamined, because 10,000 findings had been made: no checkpoint was compared then. */
  readonly is_cut_off: boolean;
  /** How many receipts were examined. */
  readonly size: number;
  /** The line of the last of them; null where there is none. */
  readonly last_line: number | null;
  /** Whether the last line lacks its newline. */
  readonly is_torn: boolean;
  /** Lines with a byte order mark, which no receipt begins with: the first 1,000. */
  readonly marked_lines: readonly number[];
  readonly keys: readonly KeyTerm[];
  readonly not_checked: readonly NotChecked[];
}

/**
 * Verifies a log that lies in a file, one receipt a line, as {@link verifyLog} and {@link verifyTimes} do: what they
 * find is found, and nothing else. It streams: memory does not grow with the log, and every core verifies signatures.
 * The file is read twice, and a third time where receipts claim the same place.
 *
 * @throws {Error} of the system where the file cannot be read; with `code` `EFBIG` for a line of more than 64 MiB
 * @example
 * ```ts
 * import { verifyLogFile } from '@wcp/evidence/log-file';
 *
 * export async function check(file: string, first_key: string, checkpoint: string) {
 *   const { ok, size, findings } = await verifyLogFile(file, { first_key, checkpoints: [checkpoint] });
 *   console.log(ok, size, findings.map(({ line, code }) => `${line} ${code}`));
 * }
 * ```
 */
export async function verifyLogFile(
  file: string,
  expected: LogFileExpectation,
): Promise<LogFileVerification> {
  const notes = expected.checkpoints === undefined ? [] : readCheckpoints(expected.checkpoints);
  const origin = expected.origin ?? notes.find((note) => note !== null)?.head.origin;
  const trusted = trustedKeys(expected);
  const key_receipts = await readLogLines(file);
  const history = readKeyHistory(key_receipts, trusted);
  const examiner = new LogFileExaminer(expected, [...sizesOf(notes), ...positionsOf(key_receipts)]);
  for await (const report of reportsIn(file, { trusted, key_receipts }, expected, examiner)) {
    examiner.add(report);
    expected.onProgress?.(examiner.size);
    if (examiner.is_cut_off) break;
  }
  for (const found of invalidChanges(key_receipts, history, origin)) examiner.found(found);
  for (const found of wrongRestores(key_receipts, examiner)) examiner.found(found);
  for (const found of await forksIn(file, examiner)) examiner.found(found);
  const former = formerNames(key_receipts.map(({ receipt }) => receipt));
  const judged = { expected, history, origin, former, examiner };
  const onNotes = examiner.is_cut_off ? [] : judgeNotes(notes, judged);
  const findings = [...examiner.findings(), ...onNotes];
  const { time_findings, is_cut_off, size, last_line, is_torn, marked_lines } = examiner;
  const ok = findings.length === 0 && time_findings.length === 0;
  const told = { time_findings, is_cut_off, size, last_line, is_torn, marked_lines };
  return { ok, findings, ...told, keys: history.terms, not_checked: notCheckedOf(history) };
}

/** Beside this file in the sources; in the build this file is an entry of its folder, or a chunk at the root of `dist`. */
const PROGRAM = ['./line-worker.ts', './line-worker.js', './log-file/line-worker.js']
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(url)) as URL;

function reportsIn(
  file: string,
  workerData: LineWorkerData,
  { threads, chunk_bytes }: LogFileExpectation,
  examiner: LogFileExaminer,
): AsyncGenerator<LinesReport> {
  return reportsOf<LineChunk, LinesReport>(noting(readLineChunks(file, chunk_bytes), examiner), {
    threads,
    start: () => new Worker(PROGRAM, { workerData }),
    transferOf: ({ bytes }) => [bytes.buffer],
  });
}

async function* noting(
  chunks: AsyncGenerator<LineChunk>,
  examiner: LogFileExaminer,
): AsyncGenerator<LineChunk> {
  for await (const chunk of chunks) {
    examiner.is_torn = chunk.is_torn && chunk.count > 0;
    yield chunk;
  }
}

interface Found {
  readonly index: number;
  readonly line: number;
  readonly code: LogFindingCode;
}

function invalidChanges(
  receipts: readonly ReceiptOnLine[],
  history: KeyHistory,
  origin: string | undefined,
): Found[] {
  const values = receipts.map(({ receipt }) => receipt);
  const invalid = history.invalidPositions(origin === undefined ? null : originsOf(values, origin));
  return receipts
    .filter(({ position }) => invalid.has(position))
    .map(({ position: index, line }) => ({ index, line, code: 'RECEIPT_KEY_CHANGE_INVALID' }));
}

function sizesOf(notes: readonly (CheckpointNote | null)[]): number[] {
  return notes.flatMap((note) => (note === null ? [] : [note.head.size]));
}

function positionsOf(receipts: readonly ReceiptOnLine[]): number[] {
  return receipts.map(({ position }) => position);
}

/** What is no receipt has a finding of its own. */
function wrongRestores(receipts: readonly ReceiptOnLine[], examiner: LogFileExaminer): Found[] {
  return receipts.flatMap(({ position: index, line, receipt }): Found[] => {
    if (!isObject(receipt) || !isLink(receipt)) return [];
    const isWrong = isWrongRestore(receipt, examiner.codesOf(index), index, examiner);
    return isWrong ? [{ index, line, code: 'RECEIPT_RESTORE_INVALID' }] : [];
  });
}

/** Reads the file again where places were claimed twice: only then is it known whether by different receipts. */
async function forksIn(file: string, examiner: LogFileExaminer): Promise<Found[]> {
  if (examiner.places.isUncontested) return [];
  const forks = new ForkFinder();
  const found: Found[] = [];
  for await (const { position: index, line, receipt } of receiptsWith(file)) {
    if (index >= examiner.size) break;
    if (!isObject(receipt) || !isLink(receipt) || !examiner.places.isContested(receipt)) continue;
    if (forks.isFork(receipt)) found.push({ index, line, code: 'RECEIPT_FORKED' });
  }
  return found;
}

interface Judging {
  readonly expected: LogFileExpectation;
  readonly history: KeyHistory;
  readonly origin: string | undefined;
  readonly former: ReadonlyMap<string, number>;
  readonly examiner: LogFileExaminer;
}

function judgeNotes(
  notes: readonly (CheckpointNote | null)[],
  { expected, history, origin, former, examiner }: Judging,
): LogFileFinding[] {
  const keys = keysOfCheckpoints(expected, history);
  return notes.flatMap((note, index) => {
    const code = judgeNote(note, examiner, { origin, former, keys });
    return code === null ? [] : [{ ...finding(code, index), line: null }];
  });
}
