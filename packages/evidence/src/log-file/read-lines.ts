import { parseJson } from '@wcp/spec/json';
import { decodeUtf8 } from '../base/encoding.ts';
import { own } from '../base/own-member.ts';
import type { ReceiptAtPosition } from '../log/key-history.ts';
import { isBlank, linesIn, readLineChunks } from './line-chunks.ts';

/** A receipt on its line. */
export interface ReceiptOnLine extends ReceiptAtPosition {
  readonly line: number;
}

/** What a line has, however it is written, if it is about the keys or the name of the log: quotation marks are too many to begin with one. */
const ABOUT_THE_LOG = ['key"', '"restore"', '\\u'];

/** The receipts about the keys and the name of a log, which are few: a first reading, before signatures are verified. */
export async function readLogLines(file: string): Promise<ReceiptOnLine[]> {
  const found: ReceiptOnLine[] = [];
  for await (const receipt of receiptsWith(file, ABOUT_THE_LOG)) {
    const kind = own(receipt.receipt, 'kind');
    if (kind === 'key' || kind === 'restore') found.push(receipt);
  }
  return found;
}

/** Every receipt that can be read, where some of these texts stand on its line (default: all). */
export async function* receiptsWith(
  file: string,
  texts: readonly string[] = [''],
): AsyncGenerator<ReceiptOnLine> {
  for await (const { bytes, first, first_line } of readLineChunks(file)) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!texts.some((text) => chunk.includes(text))) continue;
    let [position, line]: [number, number] = [first - 1, first_line - 1];
    for (const { start, end } of linesIn(chunk)) {
      line += 1;
      if (isBlank(chunk, start, end)) continue;
      position += 1;
      const bytesOfLine = chunk.subarray(start, end);
      if (texts.some((text) => bytesOfLine.includes(text)))
        yield { position, line, receipt: parsed(bytesOfLine) };
    }
  }
}

/** A line that is no JSON is found when it is examined. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return parseJson(decodeUtf8(bytes));
  } catch {
    return null;
  }
}
