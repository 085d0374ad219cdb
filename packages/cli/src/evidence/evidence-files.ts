import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { WitnessPolicy } from '@wcp/evidence/witness';
import { fileProblem } from '../base/problem.ts';
import type { InputReader } from '../input/input-reader.ts';
import { readJsonDocument } from '../input/json-document.ts';
import { isLinesFile, readLineValues } from '../input/json-lines.ts';
import { loadReceiptKeys, type ReceiptKeys } from '../input/keys.ts';
import { splitNotes } from './split-notes.ts';
import { loadWitnessPolicy } from './witness-policy-file.ts';

/** The names of the files in a folder of evidence. */
export const EVIDENCE_FILES = {
  receipts: 'receipts.jsonl',
  events: 'events.jsonl',
  keys: 'keys.json',
  checkpoint: 'checkpoint.txt',
  /** For receipts that are not the whole log: the receipts of kind `key`, each with its place. */
  keyReceipts: 'key-receipts.jsonl',
  /** Earlier checkpoints with cosignatures (`<size>.txt`), and timestamps (`<size>.<number>.tsr`). */
  checkpoints: 'checkpoints',
  /** For receipts that are not the whole log: for each a proof that it is in the log. */
  proofs: 'proofs.jsonl',
  decisions: 'decisions.jsonl',
  worlds: 'worlds',
} as const;

/** The files that the user named for verification. */
export interface EvidenceNames {
  readonly keys?: string;
  /** In addition to the one in the folder; false if the user accepts that none covers the end of the log. */
  readonly checkpoint?: readonly string[] | false;
  /** The policy by which cosignatures are counted. */
  readonly witnessPolicy?: string;
  /** Certificates of authorities of timestamps. */
  readonly timestampCertificates?: string;
  /** False if the user accepts that receipts are dated out of order. */
  readonly times?: boolean;
}

/** Receipts and what they are verified with. */
export interface LoadedEvidence {
  readonly file: string;
  /** The receipts are in the file and were not read: there are many of them. */
  readonly isStreamed: boolean;
  /** The folder, if it contains decisions too. */
  readonly decisionsIn: string | null;
  /** In the order of the log; a line that is not JSON is null. */
  readonly receipts: readonly unknown[];
  /** The line of each receipt. */
  readonly lines: readonly number[];
  readonly isTorn: boolean;
  readonly keys: ReceiptKeys;
  /** The keys came from the user, not with the evidence. */
  readonly keysAreGiven: boolean;
  readonly checkpoints: readonly string[];
  /** The file of each checkpoint; one may hold several. */
  readonly checkpointFiles: readonly string[];
  readonly policy: WitnessPolicy | null;
  readonly timestamps: readonly TimestampFile[];
  /** PEM; null where no timestamp is to be verified. */
  readonly certificates: string | null;
  readonly areTimesWaived: boolean;
  /** The receipts are not the whole log: each has a proof that it is in it. */
  readonly isPart: boolean;
  /** The file of the proofs; null where the receipts are the whole log. */
  readonly proofFile: string | null;
  /** A proof for each receipt, where they were read; a line that is not JSON is null. */
  readonly proofs: readonly unknown[] | null;
  /** The receipts of kind `key` of a log of which this is a part; a line that is not JSON is null. */
  readonly keyReceipts: readonly unknown[];
  /** The user accepts that receipts missing from the end cannot be detected. */
  readonly isEndWaived: boolean;
}

/**
 * Reads a folder of evidence, or a file of receipts, and the keys and checkpoints to verify it with.
 *
 * @throws {CliError} with everything that could not be read
 */
export async function loadEvidence(
  reader: InputReader,
  target: string,
  names: EvidenceNames,
  { streamedFrom = Number.POSITIVE_INFINITY }: LoadOptions = {},
): Promise<LoadedEvidence> {
  const folder = (await isFolder(target)) ? target : null;
  const file = folder === null ? target : join(folder, EVIDENCE_FILES.receipts);
  const proofFile = await fileBeside(folder, EVIDENCE_FILES.proofs);
  const isStreamed = isLinesFile(file) && (await sizeOf(file)) >= streamedFrom;
  const read = isStreamed ? NOT_READ : await readReceipts(reader, file);
  const keyFile = names.keys ?? (await fileBeside(folder, EVIDENCE_FILES.keys));
  const keys = await keysIn(reader, keyFile, target);
  const proven = await provenFiles(folder);
  const notes = await readNotes(reader, [...(await checkpointFilesOf(folder, names)), ...proven.checkpoints]);
  const policy = await loadWitnessPolicy(reader, names.witnessPolicy);
  const certificates = await textIn(reader, names.timestampCertificates);
  const proofs = isStreamed ? null : await valuesIn(reader, proofFile);
  const keyReceipts = await valuesIn(reader, await fileBeside(folder, EVIDENCE_FILES.keyReceipts));
  reader.throwErrors();
  return {
    file,
    isStreamed,
    decisionsIn: await folderOfDecisions(folder),
    ...read,
    keys,
    keysAreGiven: names.keys !== undefined,
    checkpoints: notes.map(({ note }) => note),
    checkpointFiles: notes.map(({ file: each }) => each),
    policy,
    timestamps: proven.timestamps,
    certificates,
    areTimesWaived: names.times === false,
    isPart: proofFile !== null,
    proofFile,
    proofs,
    keyReceipts: keyReceipts ?? [],
    isEndWaived: names.checkpoint === false,
  };
}

async function keysIn(reader: InputReader, file: string | null, target: string): Promise<ReceiptKeys> {
  if (file === null) reader.add(noKeys(target));
  return (file === null ? null : await loadReceiptKeys(reader, file)) ?? {};
}

async function textIn(reader: InputReader, file: string | undefined): Promise<string | null> {
  return file === undefined ? null : reader.text(file);
}

async function valuesIn(reader: InputReader, file: string | null): Promise<readonly unknown[] | null> {
  return file === null ? null : (await readLineValues(reader, file)).values;
}

/** The folder, if it contains decisions or their worlds. */
async function folderOfDecisions(folder: string | null): Promise<string | null> {
  const decisions = await fileBeside(folder, EVIDENCE_FILES.decisions);
  const worlds = await fileBeside(folder, EVIDENCE_FILES.worlds);
  return decisions === null && worlds === null ? null : folder;
}

/** Those that the user named and the one in the folder, each once: the newest may be any of them. */
async function checkpointFilesOf(
  folder: string | null,
  { checkpoint }: EvidenceNames,
): Promise<readonly string[]> {
  const named = checkpoint || [];
  const beside = await fileBeside(folder, EVIDENCE_FILES.checkpoint);
  const isNamed = beside === null || named.some((file) => resolve(file) === resolve(beside));
  return isNamed ? named : [...named, beside];
}

/** A file with a timestamp, and the size of the checkpoint that it is about. */
interface TimestampFile {
  readonly file: string;
  readonly size: number;
}

/** No more files of a folder of checkpoints are read. */
const MAX_FILES = 100_000;

/** The checkpoints and timestamps in the folder for them, by their sizes. */
async function provenFiles(
  folder: string | null,
): Promise<{ readonly checkpoints: readonly string[]; readonly timestamps: readonly TimestampFile[] }> {
  const dir = await fileBeside(folder, EVIDENCE_FILES.checkpoints);
  const names = dir === null ? [] : (await readdir(dir)).toSorted(bySize).slice(0, MAX_FILES);
  const placed = (pattern: RegExp) =>
    names.filter((name) => pattern.test(name)).map((name) => join(dir ?? '', name));
  const timestamps = placed(/^[0-9]{1,16}\.[0-9]{1,4}\.tsr$/).map((file) => ({ file, size: sizeIn(file) }));
  return { checkpoints: placed(/^[0-9]{1,16}\.txt$/), timestamps };
}

function bySize(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10);
}

function sizeIn(file: string): number {
  return Number.parseInt(basename(file), 10);
}

async function readNotes(reader: InputReader, files: readonly string[]) {
  const notes: { readonly file: string; readonly note: string }[] = [];
  for (const file of files) {
    const text = await reader.text(file);
    for (const note of text === null ? [] : splitNotes(text)) {
      if (!notes.some((known) => known.note === note)) notes.push({ file, note });
    }
  }
  return notes;
}

/** How much is read at once. */
export interface LoadOptions {
  /** Bytes from which on a file with one receipt a line is not read here, but while it is verified (default: never). */
  readonly streamedFrom?: number;
}

const NOT_READ: Receipts = { receipts: [], lines: [], isTorn: false };

/** Bytes of a regular file; of anything else none. */
function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    (found) => (found.isFile() ? found.size : 0),
    () => 0,
  );
}

type Receipts = Pick<LoadedEvidence, 'receipts' | 'lines' | 'isTorn'>;

/** One receipt per line or, unless the file is named as JSON lines, a list in one document. */
async function readReceipts(reader: InputReader, file: string): Promise<Receipts> {
  const list = isLinesFile(file) ? null : await readList(reader, file);
  if (list !== null) return list;
  const { values, lines, isTorn } = await readLineValues(reader, file);
  return { receipts: values, lines, isTorn };
}

async function readList(reader: InputReader, file: string): Promise<Receipts | null> {
  const text = (await reader.text(file)) ?? '[]';
  const list = text.trimStart().startsWith('[') ? readJsonDocument(file, text) : null;
  if (list === null || list.problems.length > 0) return null;
  const receipts = list.value as readonly unknown[];
  const lines = receipts.map((_, index) => list.placeOf(`/${index}`)?.line ?? 0);
  return { receipts, lines, isTorn: false };
}

async function fileBeside(folder: string | null, name: string): Promise<string | null> {
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
  const message = `A public key is needed to verify receipts. Give one with --keys, or put ${EVIDENCE_FILES.keys} beside the receipts.`;
  return fileProblem(target, 'KEYS_MISSING', message);
}
