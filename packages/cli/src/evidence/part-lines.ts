import { parseJson } from '@wcp/spec/json';
import { CliError } from '../base/cli-error.ts';
import { fileProblem, type Problem } from '../base/problem.ts';
import { reasonOf } from '../base/system-error.ts';
import { byteOrderMarkProblem, hasByteOrderMark } from '../input/byte-order-mark.ts';
import { isBlankLine } from '../input/json-lines.ts';
import { type FileLine, streamLines } from '../input/line-stream.ts';
import { rawPositionOf } from './examine-part.ts';

/** A receipt of a part of a log, and the line of its proof. Null: there is none, or it is not text. */
export interface PartLine {
  readonly index: number;
  readonly line: number;
  readonly receipt: string | null;
  /** Undefined where there are fewer proofs than receipts. */
  readonly proof: string | null | undefined;
  readonly isWhole: boolean;
}

/** The lines of a part of a log, and what comes after the last receipt. */
export interface PartLines {
  readonly lines: AsyncGenerator<PartLine>;
  /** Proofs after the last receipt, once the lines have ended. */
  readonly rest: () => { readonly count: number; readonly end: number };
}

/** The size that a log needs for a proof to be about it. */
export function endAfter(proof: unknown): number {
  const position = rawPositionOf(proof);
  return Number.isSafeInteger(position) ? position + 1 : 0;
}

/** The files of a part of a log. */
export interface PartFiles {
  readonly file: string;
  readonly proofFile: string;
}

/**
 * The receipts of a part of a log, each with its proof, read as they are consumed.
 *
 * @throws {CliError} where a file cannot be read
 */
export function readPart({ file, proofFile }: PartFiles): PartLines {
  let [count, end] = [0, 0];
  async function* lines(): AsyncGenerator<PartLine> {
    const proofs = linesOf(proofFile);
    try {
      let index = 0;
      for await (const { number: line, text: receipt, isWhole } of linesOf(file)) {
        const proof = await proofs.next();
        yield { index, line, receipt, proof: proof.done === true ? undefined : proof.value.text, isWhole };
        index += 1;
      }
      for await (const { text } of proofs) {
        count += 1;
        end = Math.max(end, endAfter(parsedLine(text)));
      }
    } finally {
      await proofs.return(undefined);
    }
  }
  return { lines: lines(), rest: () => ({ count, end }) };
}

async function* linesOf(file: string): AsyncGenerator<FileLine> {
  try {
    for await (const line of streamLines(file)) if (!isBlankLine(line.text)) yield line;
  } catch (error) {
    throw new CliError([fileProblem(file, 'UNREADABLE', reasonOf(error))]);
  }
}

/** A line that is not JSON is null. */
export function parsedLine(text: string | null | undefined): unknown {
  try {
    return text === null || text === undefined ? null : parseJson(text);
  } catch {
    return null;
  }
}

const MAX_MARKED = 1_000;

/**
 * Lines with a byte order mark would look like ones that somebody changed.
 *
 * @throws {CliError} which names all of them
 */
export async function refuseMarkedLines(files: readonly string[]): Promise<void> {
  const marked: Problem[] = [];
  for (const file of files) {
    for await (const { number, text } of linesOf(file)) {
      if (text !== null && hasByteOrderMark(text)) marked.push(byteOrderMarkProblem(file, number));
      if (marked.length >= MAX_MARKED) break;
    }
  }
  if (marked.length > 0) throw new CliError(marked);
}
