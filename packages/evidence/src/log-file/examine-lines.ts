import { parseJson } from '@wcp/spec/json';
import { decodeUtf8 } from '../base/encoding.ts';
import type { LogFindingCode, ReceiptFindingCode } from '../base/finding.ts';
import type { KeyHistory } from '../log/key-history.ts';
import { hashLeaf } from '../log/merkle-hash.ts';
import { timeOfReceipt } from '../log/verify-times.ts';
import { keyCodesOf } from '../log/walk-receipts.ts';
import { examineEntry } from '../receipt/examine-entry.ts';
import type { Keyring } from '../receipt/keyring.ts';
import {
  bareLink,
  type ExaminedReceipt,
  examinePlace,
  ReceiptExaminer,
  type ReceiptLink,
} from '../receipt/receipt-examiner.ts';
import { isBlank, type LineChunk, linesIn } from './line-chunks.ts';

/** What a thread examines receipts with. */
export interface LineKeys {
  readonly history: KeyHistory;
  readonly keyring: Keyring;
}

/** One thing that was found. */
export interface FoundInLine {
  /** The position of the receipt. */
  readonly index: number;
  readonly line: number;
  readonly code: LogFindingCode;
}

/** Receipts of one stream whose `seq` goes up by one, nothing of the stream between them. */
export interface StreamRun {
  readonly index: number;
  readonly line: number;
  readonly first: ReceiptLink;
  last: ReceiptLink;
}

/** What came of the lines of a chunk. */
export interface LinesReport {
  readonly first: number;
  readonly count: number;
  /** The hashes of the leaves, one after the other. */
  readonly leaves: Uint8Array;
  /** When each receipt was made; infinite for one that carries no time. */
  readonly times: Float64Array;
  readonly lines: Uint32Array;
  readonly found: readonly FoundInLine[];
  /** In the order of their first receipts, which are examined by whoever knows what stands before. */
  readonly runs: readonly StreamRun[];
  /** Lines with a byte order mark. */
  readonly marked: readonly number[];
}

const HASH_BYTES = 32;
/** No receipt has this time. */
export const NOT_DATED = Number.POSITIVE_INFINITY;

/** Examines every receipt of a chunk, and the order of those of one stream. */
export function examineLines(chunk: LineChunk, keys: LineKeys): LinesReport {
  const { first, count } = chunk;
  const bytes = Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset, chunk.bytes.byteLength);
  const report = {
    leaves: new Uint8Array(count * HASH_BYTES),
    times: new Float64Array(count),
    lines: new Uint32Array(count),
    found: [] as FoundInLine[],
    marked: [] as number[],
  };
  const runs = new StreamRuns();
  let [line, at]: [number, number] = [chunk.first_line - 1, 0];
  for (const { start, end } of linesIn(bytes)) {
    line += 1;
    if (isBlank(bytes, start, end)) continue;
    const bytesOfLine = bytes.subarray(start, end);
    const { leaf, link, codes, time, isMarked } = examineLine(bytesOfLine, keys);
    if (isMarked) report.marked.push(line);
    const index = first + at;
    report.leaves.set(leaf, at * HASH_BYTES);
    report.times[at] = time;
    report.lines[at] = line;
    for (const code of codes) report.found.push({ index, line, code });
    if (link !== null) {
      for (const code of runs.add(link, index, line)) report.found.push({ index, line, code });
      for (const code of keyCodesOf(link, index, keys.history)) report.found.push({ index, line, code });
    }
    at += 1;
  }
  return { first, count, ...report, runs: runs.all() };
}

const BYTE_ORDER_MARK = '\ufeff';

/** Null for bytes that are not UTF-8. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return decodeUtf8(bytes);
  } catch {
    return null;
  }
}

interface ExaminedLine extends Pick<ExaminedReceipt, 'link' | 'codes'> {
  readonly leaf: Uint8Array;
  readonly time: number;
  /** Whether it begins with a byte order mark. */
  readonly isMarked: boolean;
}

/** A line that is the canonical JSON of its receipt, as most are, is read once; any other by the reader of all values. */
function examineLine(bytes: Buffer, { keyring, history }: LineKeys): ExaminedLine {
  const entry = examineEntry(bytes, keyring);
  if (entry.link !== null) {
    const time = timeOfReceipt(entry.link) ?? NOT_DATED;
    return { link: entry.link, codes: entry.codes, leaf: hashLeaf(bytes), time, isMarked: false };
  }
  const text = textOf(bytes);
  const value = text === null ? null : parsed(text);
  const examiner = new ReceiptExaminer((key_id) => history.find(key_id));
  const { text: leaf, link, codes } = examiner.examineAlone(value);
  const isMarked = text?.startsWith(BYTE_ORDER_MARK) ?? false;
  return { link, codes, leaf: hashLeaf(leaf), time: timeOfReceipt(value) ?? NOT_DATED, isMarked };
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

const NOTHING: readonly ReceiptFindingCode[] = [];

/** The runs of the streams of a chunk. */
class StreamRuns {
  readonly #all: StreamRun[] = [];
  readonly #current = new Map<string, StreamRun>();

  /** Without what only this thread needs. */
  all(): StreamRun[] {
    return this.#all.map((run) => ({ ...run, first: bareLink(run.first), last: bareLink(run.last) }));
  }

  /** What is wrong with the place of a receipt that goes on with a run; that of another is examined elsewhere. */
  add(link: ReceiptLink, index: number, line: number): readonly ReceiptFindingCode[] {
    const run = this.#current.get(link.stream);
    if (run !== undefined && link.seq - run.last.seq === 1) {
      const codes = examinePlace(link, run.last);
      run.last = link;
      return codes;
    }
    const begun = { index, line, first: link, last: link };
    this.#current.set(link.stream, begun);
    this.#all.push(begun);
    return NOTHING;
  }
}
