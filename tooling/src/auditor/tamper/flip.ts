import { readFileSync, writeFileSync } from 'node:fs';
import { verifyTimestamp } from '@wcp/evidence/timestamp';
import { canonicalJson } from '@wcp/spec';
import type { EvidenceCopy } from './evidence-copy.ts';
import type { EvidenceKind } from './verify-copy.ts';

/** A byte of a file that is to be changed. */
export interface Flip {
  readonly kind: EvidenceKind;
  readonly file: string;
  readonly at: number;
  /** What it is combined with, by exclusive or. */
  readonly mask: number;
}

/** The files of each kind of evidence. The key that comes along is not read by an auditor who has their own. */
const FILES: readonly (readonly [EvidenceKind, string])[] = [
  ['whole', 'whole'],
  ['part', 'part'],
  ['tiles', 'tiles'],
  ['archive', 'archive'],
  ['disclosure', 'disclosure.json'],
  ['ban-list', 'ban-list.json'],
];

/**
 * Bytes to change, so many of each file, the same ones for the same seed. Half of the changes turn one bit.
 *
 * @param perFile how many of each file
 */
export function flipsOf(copy: EvidenceCopy, seed: number, perFile: number): Flip[] {
  const next = randomNumbers(seed);
  return FILES.flatMap(([kind, path]) =>
    filesAt(copy, path).flatMap((file) => {
      const { length } = readFileSync(copy.at(file));
      return Array.from({ length: perFile }, (_, index) => {
        const mask = index % 2 === 0 ? 1 << next(8) : 1 + next(255);
        return { kind, file, at: next(length), mask };
      });
    }),
  );
}

function filesAt(copy: EvidenceCopy, path: string): string[] {
  if (path.endsWith('.json')) return [path];
  const files = copy.files(path).filter((name) => name !== 'keys.json');
  return files.map((name) => `${path}/${name}`);
}

/** A small generator (mulberry32): numbers below a bound. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Changes a byte, has something done, and puts the byte back. */
export async function withFlip<R>(
  copy: EvidenceCopy,
  { file, at, mask }: Flip,
  work: () => Promise<R>,
): Promise<R> {
  const before = readFileSync(copy.at(file));
  const after = Buffer.from(before);
  after[at] = (after[at] ?? 0) ^ mask;
  writeFileSync(copy.at(file), after);
  try {
    return await work();
  } finally {
    writeFileSync(copy.at(file), before);
  }
}

/**
 * What a file says, as a set of statements: JSON by its canonical form, a checkpoint by the text that is signed and by
 * each signature, a timestamp by its time. Of a file that says no more than before, nothing was changed that counts.
 */
export async function statementsOf(copy: EvidenceCopy, file: string): Promise<ReadonlySet<string>> {
  const bytes = readFileSync(copy.at(file));
  if (file.endsWith('.tsr')) return new Set([await timeOf(copy, file, bytes)]);
  if (file.endsWith('.txt')) return new Set(noteParts(bytes, JSON.parse(copy.read('policy.json')).witnesses));
  // Of tiles, witnesses are not asked, and verification says so.
  if (file.endsWith('/checkpoint')) return new Set(noteParts(bytes, []));
  if (file === 'disclosure.json') return new Set(disclosureParts(bytes));
  if (file.endsWith('.jsonl')) return new Set([linesText(bytes.toString('utf8'))]);
  if (file.endsWith('.json')) return new Set([canonicalJson(JSON.parse(bytes.toString('utf8')))]);
  return new Set([bytes.toString('latin1')]);
}

/** The statements of a changed file that its original did not make; null where they cannot be read. */
export async function newStatements(
  copy: EvidenceCopy,
  flip: Flip,
  before: ReadonlySet<string>,
): Promise<readonly string[] | null> {
  try {
    const after = await statementsOf(copy, flip.file);
    return [...after].filter((statement) => !before.has(statement));
  } catch {
    return null;
  }
}

/** The text, and the lines of the log and of the witnesses that count; a line by anybody else says nothing. */
function noteParts(bytes: Buffer, witnesses: readonly string[]): string[] {
  const [text = '', lines = ''] = bytes.toString('latin1').split('\n\n');
  const [origin] = text.split('\n');
  const known = new Set(witnesses.map((key) => key.split('+').slice(0, 2).join('+')));
  const counts = (line: string) => {
    const [, name = '', base64 = ''] = line.split(' ');
    const key = Buffer.from(base64, 'base64').subarray(0, 4).toString('hex');
    return name === origin || known.has(`${name}+${key}`);
  };
  return [text, ...lines.split('\n').filter(counts)];
}

/** Nor are witnesses asked about a disclosure. */
function disclosureParts(bytes: Buffer): string[] {
  const { checkpoint, ...rest } = JSON.parse(bytes.toString('utf8')) as { readonly checkpoint: string };
  return [canonicalJson(rest), ...noteParts(Buffer.from(checkpoint), [])];
}

function linesText(text: string): string {
  const lines = text.split('\n').filter((line) => !/^[ \t\r]*$/.test(line));
  return lines.map((line) => canonicalJson(JSON.parse(line))).join('\n');
}

async function timeOf(copy: EvidenceCopy, file: string, timestamp: Buffer): Promise<string> {
  const checkpoint = copy.read(file.replace(/\.\d+\.tsr$/, '.txt'));
  const verdict = await verifyTimestamp({ timestamp, checkpoint, certificates: copy.read('tsa.pem') });
  return verdict.ok ? verdict.time : 'none';
}
