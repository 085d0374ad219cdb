import { parseJson } from '@wcp/spec/json';
import { fileProblem } from './input-problem.ts';
import type { InputReader } from './input-reader.ts';
import { streamLines } from './line-stream.ts';
import { reasonOf } from './read-text.ts';

/** The values of a file of JSON lines. */
export interface LineValues {
  /** What is not JSON is null. */
  readonly values: readonly unknown[];
  /** The line of each. */
  readonly lines: readonly number[];
  /** The last line has no newline. */
  readonly isTorn: boolean;
}

/** Reads a file of JSON lines of any length; a file that cannot be read is a problem and holds nothing. */
export async function readLineValues(reader: InputReader, file: string): Promise<LineValues> {
  const values: unknown[] = [];
  const lines: number[] = [];
  let isTorn = false;
  try {
    for await (const { number, text, isWhole } of streamLines(file)) {
      if (text?.trim() === '') continue;
      values.push(text === null ? null : parsed(text));
      lines.push(number);
      isTorn = !isWhole;
    }
  } catch (error) {
    reader.add(fileProblem(file, 'UNREADABLE', reasonOf(error)));
  }
  return { values, lines, isTorn };
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
