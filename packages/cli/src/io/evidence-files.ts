import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gathering } from './gathering.ts';
import { type JsonDocument, readJsonDocument } from './json-document.ts';
import { readJsonLines } from './json-lines.ts';
import { loadReceiptKeys, type ReceiptKeys } from './keys.ts';
import { fileProblem } from './problem.ts';

/** The names of the files in a folder of evidence. */
export const EVIDENCE_FILES = {
  receipts: 'receipts.jsonl',
  events: 'events.jsonl',
  keys: 'keys.json',
  checkpoint: 'checkpoint.txt',
} as const;

/** What the user named to be verified. */
export interface EvidenceNames {
  readonly keys?: string;
  readonly checkpoint?: readonly string[];
}

/** Receipts and what they are checked against. */
export interface LoadedEvidence {
  readonly file: string;
  /** In the order of the log; what is not JSON is null. */
  readonly receipts: readonly unknown[];
  /** The line of each receipt. */
  readonly lines: readonly number[];
  readonly isTorn: boolean;
  readonly keys: ReceiptKeys;
  /** The keys came from the user, not from beside the evidence. */
  readonly keysAreGiven: boolean;
  readonly checkpoints: readonly string[];
  readonly checkpointFiles: readonly string[];
}

/**
 * Reads a folder of evidence, or a file of receipts, and the keys and checkpoints to check it with.
 *
 * @throws {BadInput} with everything that could not be read
 */
export async function loadEvidence(
  gathering: Gathering,
  target: string,
  names: EvidenceNames,
): Promise<LoadedEvidence> {
  const folder = (await isFolder(target)) ? target : null;
  const file = folder === null ? target : join(folder, EVIDENCE_FILES.receipts);
  const text = await gathering.text(file);
  const keyFile = names.keys ?? (await besides(folder, EVIDENCE_FILES.keys));
  if (keyFile === null) gathering.add(noKeys(target));
  const keys = keyFile === null ? null : await loadReceiptKeys(gathering, keyFile);
  const beside = await besides(folder, EVIDENCE_FILES.checkpoint);
  const checkpointFiles = names.checkpoint ?? (beside === null ? [] : [beside]);
  const checkpoints: (string | null)[] = [];
  for (const each of checkpointFiles) checkpoints.push(await gathering.text(each));
  gathering.settle();
  return {
    file,
    ...readReceipts(file, text ?? ''),
    keys: keys ?? {},
    keysAreGiven: names.keys !== undefined,
    checkpoints: checkpoints.filter((note) => note !== null),
    checkpointFiles,
  };
}

/** A list of receipts in one document, or a receipt a line. */
function readReceipts(file: string, text: string): Pick<LoadedEvidence, 'receipts' | 'lines' | 'isTorn'> {
  const list = text.trimStart().startsWith('[') ? readJsonDocument(file, text) : null;
  if (list !== null && list.problems.length === 0) {
    const receipts = list.value as readonly unknown[];
    return {
      receipts,
      lines: receipts.map((_, index) => list.placeOf(`/${index}`)?.line ?? 0),
      isTorn: false,
    };
  }
  const { documents, lines, isTorn } = readJsonLines(file, text);
  return { receipts: documents.map(receiptOf), lines, isTorn };
}

function receiptOf({ value, problems }: JsonDocument): unknown {
  return problems.length === 0 ? value : null;
}

async function besides(folder: string | null, name: string): Promise<string | null> {
  if (folder === null) return null;
  const file = join(folder, name);
  return stat(file).then(
    () => file,
    () => null,
  );
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function noKeys(target: string) {
  const message = `Without a public key nothing can be verified: give one with --keys, or put ${EVIDENCE_FILES.keys} beside the receipts.`;
  return fileProblem(target, 'KEYS_MISSING', message);
}
