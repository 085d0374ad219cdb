import { parseJson } from '@wcp/spec/json';
import { fileProblem } from '../base/problem.ts';
import { reasonOf } from '../base/system-error.ts';
import { byteOrderMarkProblem, hasByteOrderMark } from './byte-order-mark.ts';
import type { InputReader } from './input-reader.ts';
import { type JsonDocument, readJsonDocument } from './json-document.ts';
import { streamLines } from './line-stream.ts';

/** A text of JSON lines: one document for every line that is not blank. */
export interface JsonLines {
  readonly documents: readonly JsonDocument[];
  /** The line number of each document, from 1. */
  readonly lines: readonly number[];
  /** The last line has no newline: a write was interrupted, or the file was cut. */
  readonly isTorn: boolean;
}

/** JSON's white space and nothing else: what only looks empty is not skipped. */
const BLANK = /^[ \t\r]*$/;

/** Whether a line holds nothing; one that is not UTF-8 holds something. */
export function isBlankLine(text: string | null): boolean {
  return text !== null && BLANK.test(text);
}

/** Lines of a text whose documents are all held at once. */
const MAX_LINES = 100_000;

/** Reads a text of JSON lines; a line that is not JSON is a document with problems. */
export function readJsonLines(file: string, text: string): JsonLines {
  if (hasTooManyLines(text)) {
    const message = `This has more than ${MAX_LINES} lines. Split it into several files.`;
    const problem = fileProblem(file, 'TOO_LARGE', message);
    const document = { file, value: null, problems: [problem], placeOf: () => null };
    return { documents: [document], lines: [1], isTorn: false };
  }
  const documents: JsonDocument[] = [];
  const lines: number[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (BLANK.test(line)) continue;
    documents.push(readJsonDocument(file, line, index + 1));
    lines.push(index + 1);
  }
  return { documents, lines, isTorn: text !== '' && !text.endsWith('\n') };
}

function hasTooManyLines(text: string): boolean {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0 && lines <= MAX_LINES; at = text.indexOf('\n', at + 1))
    lines += 1;
  return lines > MAX_LINES;
}

/** Whether a file holds one document per line, by its name. */
export function isLinesFile(file: string): boolean {
  return file.endsWith('.jsonl') || file.endsWith('.ndjson');
}

/** The values of a file of JSON lines. */
export interface LineValues {
  /** A line that is not JSON is null. */
  readonly values: readonly unknown[];
  /** The line number of each. */
  readonly lines: readonly number[];
  /** The last line has no newline. */
  readonly isTorn: boolean;
}

/**
 * Reads a file of JSON lines of any length; a file that cannot be read is reported and has no values, and so is a
 * line with a byte order mark, which would otherwise look like one that somebody changed.
 */
export async function readLineValues(reader: InputReader, file: string): Promise<LineValues> {
  const values: unknown[] = [];
  const lines: number[] = [];
  let isTorn = false;
  try {
    for await (const { number, text, isWhole } of streamLines(file)) {
      if (text !== null && hasByteOrderMark(text)) reader.add(byteOrderMarkProblem(file, number));
      if (text !== null && BLANK.test(text)) continue;
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
