import type { Sha256 } from '@wcp/spec';
import { type EvidenceFinding, finding, type LogFindingCode, type TimeFindingCode } from '../base/finding.ts';
import { MerkleFrontier } from '../log/merkle-frontier.ts';
import { type LogTime, TimeBounds } from '../log/verify-times.ts';
import { type FoundInLine, type LinesReport, NOT_DATED } from './examine-lines.ts';
import { StreamPlaces } from './stream-places.ts';

/** One thing that is wrong with a log in a file; `line` from 1, null for a checkpoint. */
export type LogFileFinding<C extends LogFindingCode | TimeFindingCode = LogFindingCode> =
  EvidenceFinding<C> & {
    readonly line: number | null;
  };

const MAX_FINDINGS = 10_000;
const MAX_MARKED = 1_000;
const HASH_BYTES = 32;

/** What is said first of one receipt, as `verifyLog` says it. */
const ORDER: readonly LogFindingCode[] = [
  'RECEIPT_MALFORMED',
  'RECEIPT_HASH_MISMATCH',
  'RECEIPT_KEY_UNKNOWN',
  'RECEIPT_SIGNATURE_INVALID',
  'RECEIPT_HEAD_MISSING',
  'RECEIPT_SEQ_GAP',
  'RECEIPT_CHAIN_BREAK',
  'RECEIPT_KEY_REVOKED',
  'RECEIPT_KEY_NOT_IN_FORCE',
  'RECEIPT_KEY_CHANGE_INVALID',
  'RECEIPT_RESTORE_INVALID',
  'RECEIPT_FORKED',
];

/** Puts the reports about the chunks of a file together, in the order of the log. */
export class LogFileExaminer {
  readonly places = new StreamPlaces();
  readonly time_findings: LogFileFinding<TimeFindingCode>[] = [];
  readonly marked_lines: number[] = [];
  is_torn = false;
  last_line: number | null = null;
  readonly #frontier = new MerkleFrontier();
  /** The roots at the sizes that are asked for; undefined until the log is that long. */
  readonly #roots: Map<number, Sha256 | undefined>;
  readonly #times: TimeBounds;
  readonly #found: FoundInLine[] = [];

  constructor(
    {
      timestamps = [],
      is_ordered = true,
    }: { readonly timestamps?: readonly LogTime[]; readonly is_ordered?: boolean },
    sizes: readonly number[],
  ) {
    this.#times = new TimeBounds(timestamps, is_ordered);
    this.#roots = new Map(sizes.map((size) => [size, undefined]));
    this.#noteRoot();
  }

  /** How many receipts were examined. */
  get size(): number {
    return this.#frontier.size;
  }

  /** Whether so much was found that nobody needs the rest. */
  get is_cut_off(): boolean {
    return this.#found.length + this.time_findings.length >= MAX_FINDINGS;
  }

  /** The root at one of the sizes that are asked for. */
  root(size: number = this.size): Sha256 {
    return this.#roots.get(size) ?? this.#frontier.root();
  }

  add({ count, first, leaves, times, lines, found, runs, marked }: LinesReport): void {
    for (let at = 0; at < count; at += 1) {
      this.#frontier.appendHash(leaves.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
      this.#noteRoot();
      this.#checkTime(first + at, times[at] as number, lines[at] as number);
    }
    this.#found.push(...found);
    for (const run of runs) {
      const { index, line } = run;
      for (const code of this.places.add(run)) this.#found.push({ index, line, code });
    }
    this.marked_lines.push(...marked.slice(0, MAX_MARKED - this.marked_lines.length));
    this.last_line = lines.at(-1) ?? this.last_line;
  }

  found(found: FoundInLine): void {
    if (found.index < this.size) this.#found.push(found);
  }

  /** What was found about one receipt so far. */
  codesOf(position: number): LogFindingCode[] {
    return this.#found.flatMap(({ index, code }) => (index === position ? [code] : []));
  }

  /** What was found about receipts, in the order of the log. */
  findings(): LogFileFinding[] {
    return this.#found
      .toSorted((a, b) => a.index - b.index || ORDER.indexOf(a.code) - ORDER.indexOf(b.code))
      .map(({ index, line, code }) => ({ ...finding(code, index), line }));
  }

  #noteRoot(): void {
    const { size } = this.#frontier;
    if (this.#roots.has(size)) this.#roots.set(size, this.#frontier.root());
  }

  #checkTime(index: number, time: number, line: number): void {
    if (time === NOT_DATED || this.#times.admits(index, time)) return;
    this.time_findings.push({ ...finding('TIME_NOT_ORDERED', index), line });
  }
}
