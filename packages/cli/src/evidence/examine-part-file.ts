import { LogPartExaminer, type LogTime, type ReceiptAtPosition, TimesExaminer } from '@wcp/evidence/log';
import type { LoadedEvidence } from './evidence-files.ts';
import {
  found,
  judge,
  needsPlace,
  type PartFinding,
  type PartReport,
  partExpectation,
  positionOf,
  rawPositionOf,
  unprovenKeys,
} from './examine-part.ts';
import {
  endAfter,
  type PartFiles,
  type PartLine,
  parsedLine,
  readPart,
  refuseMarkedLines,
} from './part-lines.ts';

/** After so many the rest is not looked at. */
const MAX_FINDINGS = 10_000;
/** What a line has, however it is written, if it is about the keys of the log. */
const ABOUT_KEYS = /"key"|\\u/;
const PROGRESS_LINES = 1_000;

/** What the receipts of a part show, once all were read. */
interface PartFileReport extends PartReport {
  readonly timeFindings: readonly PartFinding[];
  readonly size: number;
  /** The size that the last of them needs. */
  readonly end: number;
  readonly lastLine: number | null;
  readonly isTorn: boolean;
  readonly isCutOff: boolean;
  /** The lines of the receipts that something was found about. */
  readonly lines: ReadonlyMap<number, number>;
}

/** A part of a log in its files: what is known of it before its receipts are examined. */
export interface OpenPart {
  /** What is wrong with the checkpoints. */
  readonly checkpointFindings: readonly PartFinding[];
  /**
   * Examines the receipts as `examinePart` and `examineTimes` do, in one reading, in the same memory for any length.
   *
   * @throws {CliError} where a file cannot be read
   */
  examine(timestamps: readonly LogTime[], onProgress?: (verified: number) => void): Promise<PartFileReport>;
}

/**
 * Opens the files of a part of a log: reads the receipts about its keys, which are few, and judges the checkpoints.
 *
 * @throws {CliError} where a file cannot be read, or has lines with a byte order mark
 */
export async function openPart(
  evidence: LoadedEvidence,
  files: PartFiles,
  origin?: string,
): Promise<OpenPart> {
  await refuseMarkedLines([files.file, files.proofFile]);
  const examiner = new LogPartExaminer(partExpectation(evidence, origin), await keyReceiptsIn(files));
  return {
    checkpointFindings: examiner.checkpoint_findings,
    async examine(timestamps, onProgress) {
      const walk = new PartWalk(examiner, new TimesExaminer(timestamps, !evidence.areTimesWaived));
      const { lines, rest } = readPart(files);
      for await (const line of lines) {
        walk.add(line);
        if (walk.size % PROGRESS_LINES === 0) onProgress?.(walk.size);
        if (walk.isCutOff) break;
      }
      return { ...walk.report(rest()), keyFindings: keyFindings(evidence, examiner) };
    },
  };
}

/** The receipts that change the keys of the log. */
async function keyReceiptsIn(files: PartFiles): Promise<ReceiptAtPosition[]> {
  const placed: ReceiptAtPosition[] = [];
  for await (const { receipt: text, proof } of readPart(files).lines) {
    if (text === null || !ABOUT_KEYS.test(text)) continue;
    const receipt = parsedLine(text);
    if ((Object(receipt) as { readonly kind?: unknown }).kind !== 'key') continue;
    placed.push({ receipt, position: positionOf(parsedLine(proof)) });
  }
  return placed;
}

function keyFindings(
  { keyReceipts }: LoadedEvidence,
  { key_findings, heads }: LogPartExaminer,
): PartFinding[] {
  return [...key_findings, ...unprovenKeys(keyReceipts, rootsOf(heads))];
}

function rootsOf(heads: LogPartExaminer['heads']): ReadonlyMap<number, string> {
  return new Map(heads.map(({ size, root }) => [size, root]));
}

/** One reading of the receipts. */
class PartWalk {
  readonly #examiner: LogPartExaminer;
  readonly #times: TimesExaminer;
  readonly #roots: ReadonlyMap<number, string>;
  readonly #about: PartFinding[] = [];
  readonly #unproven: PartFinding[] = [];
  readonly #timeFindings: PartFinding[] = [];
  readonly #lines = new Map<number, number>();
  size = 0;
  #end = 0;
  #lastLine: number | null = null;
  #isTorn = false;

  constructor(examiner: LogPartExaminer, times: TimesExaminer) {
    this.#examiner = examiner;
    this.#times = times;
    this.#roots = rootsOf(examiner.heads);
  }

  /** Whether so much was found that nobody needs the rest. */
  get isCutOff(): boolean {
    return this.#about.length + this.#unproven.length + this.#timeFindings.length >= MAX_FINDINGS;
  }

  add({ index, line, receipt: text, proof: proofText, isWhole }: PartLine): void {
    const receipt = parsedLine(text);
    const proof = proofText === undefined ? undefined : parsedLine(proofText);
    const position = positionOf(proof);
    const about = this.#examiner
      .examine({ receipt, position }, index)
      .filter(({ code }) => !needsPlace(code, proof));
    const code = receipt === null ? null : judge(receipt, proof, this.#roots);
    const unproven = code === null ? [] : [found(index, code)];
    const times = this.#times.examine(receipt, proof === undefined ? index : rawPositionOf(proof), index);
    this.#about.push(...about);
    this.#unproven.push(...unproven);
    this.#timeFindings.push(...times);
    if (about.length + unproven.length + times.length > 0) this.#lines.set(index, line);
    this.#end = Math.max(this.#end, endAfter(proof));
    this.size = index + 1;
    this.#lastLine = line;
    this.#isTorn = !isWhole;
  }

  /** @param rest what came after the last receipt */
  report(rest: { readonly count: number; readonly end: number }): Omit<PartFileReport, 'keyFindings'> {
    const { checkpoint_findings, keys, not_checked } = this.#examiner;
    const missing = Array.from({ length: Math.min(rest.count, MAX_FINDINGS) }, () =>
      found(this.size, 'PROOF_RECEIPT_MISSING'),
    );
    return {
      findings: [...this.#about, ...this.#unproven, ...missing, ...checkpoint_findings],
      timeFindings: this.#timeFindings,
      ...{ keys, not_checked, size: this.size, end: Math.max(this.#end, rest.end), lastLine: this.#lastLine },
      ...{ isTorn: this.#isTorn, isCutOff: this.isCutOff, lines: this.#lines },
    };
  }
}
