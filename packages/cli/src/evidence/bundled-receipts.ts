import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlacedReceipt } from '@wcp/evidence/form';
import type { Receipt } from '@wcp/spec';
import { ReceiptSchema } from '@wcp/spec/document';
import { parseJson } from '@wcp/spec/json';
import { Compile } from 'typebox/compile';
import { CliError } from '../base/cli-error.ts';
import { fileProblem } from '../base/problem.ts';
import { reasonOf } from '../base/system-error.ts';
import { type FileLine, streamLines } from '../input/line-stream.ts';
import { EVIDENCE_FILES } from './evidence-files.ts';

/**
 * The receipts of a folder of evidence, each with its position, read as they are consumed. They are read, not verified.
 *
 * @throws {CliError} at the first line that is not a receipt
 */
export async function* bundledReceipts(dir: string): AsyncGenerator<PlacedReceipt> {
  const origin = await originOf(join(dir, EVIDENCE_FILES.checkpoint));
  const file = join(dir, EVIDENCE_FILES.receipts);
  const proofFile = join(dir, EVIDENCE_FILES.proofs);
  const proofs = (await isThere(proofFile)) ? linesOf(proofFile) : null;
  const isReceipt = Compile(ReceiptSchema);
  try {
    let index = 0;
    for await (const line of linesOf(file)) {
      const receipt = parsed(line);
      if (!isReceipt.Check(receipt)) throw unusable(file, `Line ${line.number} is not a receipt.`);
      const position = proofs === null ? index : positionOf((await proofs.next()).value);
      if (position === null)
        throw unusable(proofFile, `There is no proof for the receipt in line ${line.number}.`);
      index += 1;
      yield { origin, position, receipt: receipt as Receipt };
    }
  } finally {
    await proofs?.return(undefined);
  }
}

async function* linesOf(file: string): AsyncGenerator<FileLine> {
  try {
    yield* streamLines(file);
  } catch (error) {
    throw error instanceof CliError ? error : unusable(file, reasonOf(error));
  }
}

/** The name of a log is the first line of its checkpoint. */
async function originOf(file: string): Promise<string> {
  for await (const { text } of linesOf(file)) if (text !== null) return text;
  throw unusable(file, 'This is not a checkpoint.');
}

function parsed({ text }: FileLine): unknown {
  try {
    return text === null ? null : parseJson(text);
  } catch {
    return null;
  }
}

function positionOf(line: FileLine | undefined): number | null {
  const { position } = Object(line === undefined ? null : parsed(line)) as { position?: unknown };
  return Number.isSafeInteger(position) && (position as number) >= 0 ? (position as number) : null;
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

function unusable(file: string, message: string): CliError {
  return new CliError([fileProblem(file, 'UNUSABLE', message)]);
}
