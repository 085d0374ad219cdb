import { type JsonDocument, readJsonDocument } from './json-document.ts';

/** A text of JSON lines: a document for every line that holds something. */
export interface JsonLines {
  readonly documents: readonly JsonDocument[];
  /** The number of each document's line, from 1. */
  readonly lines: readonly number[];
  /** The last line has no newline: a write was cut off, or the end was. */
  readonly isTorn: boolean;
}

/** Reads a text of JSON lines; a line that is not JSON is a document with problems. */
export function readJsonLines(file: string, text: string): JsonLines {
  const documents: JsonDocument[] = [];
  const lines: number[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    documents.push(readJsonDocument(file, line, index + 1));
    lines.push(index + 1);
  }
  return { documents, lines, isTorn: text !== '' && !text.endsWith('\n') };
}

/** Whether a file holds one document a line, by its name. */
export function isLinesFile(file: string): boolean {
  return file.endsWith('.jsonl') || file.endsWith('.ndjson');
}
