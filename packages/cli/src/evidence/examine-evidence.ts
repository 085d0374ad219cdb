import { dirname, join } from 'node:path';
import { verifyLog } from '@wcp/evidence';
import type { NotChecked } from '@wcp/evidence/log';
import { EVIDENCE_FILES, type LoadedEvidence } from './evidence-files.ts';
import { examinePart, type PartFinding, type PartReport } from './examine-part.ts';
import { examineTimes, examineTimestamps } from './examine-times.ts';
import { examineWitnesses } from './examine-witnesses.ts';

/** A finding about evidence, with its file and line. */
export interface LocatedFinding {
  readonly file: string;
  /** From 1; null if it is not about a line. */
  readonly line: number | null;
  /** The index of the receipt or checkpoint in its list, from 0. */
  readonly index: number;
  readonly code: string;
  readonly message: string;
  /** The decision that it is about, for findings about decisions. */
  readonly decision_id?: string | null;
}

/** What is wrong with evidence, and how much of the log it is. */
export interface EvidenceReport {
  readonly findings: readonly LocatedFinding[];
  /** The whole log up to a checkpoint, or not; null if no checkpoint covers the end, so that nobody can know. */
  readonly is_whole: boolean | null;
  /** The size of the largest checkpoint that is witnessed as the policy demands; null where there is none. */
  readonly witnessed_size: number | null;
  /** How many timestamps were verified. */
  readonly timestamps: number;
  /** What nobody looked at, for want of what it is checked with. */
  readonly not_checked: readonly NotChecked[];
}

/**
 * Every finding of the verifier with its line, what witnesses and timestamps show, a torn last line, and an end that no
 * checkpoint covers unless the user accepts that.
 */
export async function examineEvidence(evidence: LoadedEvidence, origin?: string): Promise<EvidenceReport> {
  const report = evidence.proofs === null ? examineLog(evidence, origin) : examinePart(evidence, origin);
  const { findings: found, keyFindings } = report;
  const refuted = refutedOf(found);
  const witnesses = examineWitnesses(evidence, refuted);
  const stamps = await examineTimestamps(evidence, refuted);
  const malformed = indexesOf(found, 'RECEIPT_MALFORMED');
  const times = examineTimes(evidence, stamps.times, malformed);
  const is_whole = isWhole(evidence, found);
  const all = [...found, ...times.findings, ...witnesses.findings];
  const findings = [
    ...all.map((finding) => locate(finding, evidence)),
    ...keyFindings.map((finding) => locateKey(finding, evidence)),
    ...stamps.findings.map((each) => ({ ...each, line: null })),
  ];
  if (evidence.isTorn) findings.push(tornTail(evidence));
  const isExplained = found.some(({ code }) => isAboutCheckpoint(code));
  if (is_whole === null && !isExplained && !evidence.isEndWaived) findings.push(openEnd(evidence));
  const { witnessed_size } = witnesses;
  const aboutKeys = keysNotChecked(report, witnessed_size);
  return {
    findings,
    is_whole,
    witnessed_size,
    timestamps: stamps.times.length,
    not_checked: [...witnesses.not_checked, ...aboutKeys, ...stamps.not_checked, ...times.not_checked],
  };
}

/** What was not checked about the keys. What a witness saw before a key was revoked is good. */
function keysNotChecked({ not_checked, keys }: PartReport, witnessed_size: number | null): NotChecked[] {
  const isWitnessed = keys.every(
    ({ revoked_from }) => revoked_from === null || (witnessed_size ?? -1) >= revoked_from,
  );
  return not_checked.filter(
    ({ code }) => code !== 'WITNESSES_NOT_CHECKED' && !(isWitnessed && code === 'REVOKED_KEY_NOT_WITNESSED'),
  );
}

/** The receipts that have a finding of one code. */
function indexesOf(found: readonly PartFinding[], code: PartFinding['code']): ReadonlySet<number> {
  return new Set(found.flatMap((each) => (each.code === code ? [each.index] : [])));
}

/** The checkpoints that are not this log's. */
function refutedOf(found: readonly PartFinding[]): ReadonlySet<number> {
  return new Set(found.flatMap(({ code, index }) => (isAboutCheckpoint(code) ? [index] : [])));
}

function examineLog({ receipts, keys, checkpoints }: LoadedEvidence, origin?: string): PartReport {
  const {
    findings,
    keys: terms,
    not_checked,
  } = verifyLog({
    receipts,
    keys,
    ...(checkpoints.length > 0 && { checkpoints }),
    ...(origin !== undefined && { origin }),
  });
  return { findings, keyFindings: [], keys: terms, not_checked };
}

/** A finding about a line of the receipts of the keys, which are beside the others in the folder. */
function locateKey({ index, code, message }: PartFinding, { file }: LoadedEvidence): LocatedFinding {
  const beside = join(dirname(file), EVIDENCE_FILES.keyReceipts);
  return { file: beside, line: index + 1, index, code, message };
}

/** Whoever can cut receipts off the end can also leave out the checkpoint, so its absence proves nothing. */
function isWhole(
  { receipts, checkpoints, proofs }: LoadedEvidence,
  found: readonly PartFinding[],
): boolean | null {
  const refuted = refutedOf(found);
  const sizes = checkpoints.flatMap((note, index) => (refuted.has(index) ? [] : [sizeOf(note)]));
  if (proofs !== null) return sizes.length > 0 ? false : null;
  if (found.some(({ code }) => code === 'LOG_TAIL_MISSING')) return false;
  return sizes.includes(receipts.length) ? true : null;
}

function isAboutCheckpoint(code: string): boolean {
  return /^(?:CHECKPOINT|LOG|COSIGNATURE)_/.test(code);
}

/** The second line of a checkpoint that was verified. */
function sizeOf(note: string): number {
  return Number(note.split('\n')[1]);
}

function locate({ index, code, message }: PartFinding, evidence: LoadedEvidence): LocatedFinding {
  const { file, lines, checkpointFiles } = evidence;
  if (isAboutCheckpoint(code)) {
    return { file: checkpointFiles[index] ?? file, line: null, index, code, message };
  }
  return { file, line: lines[index] || null, index, code, message };
}

function tornTail({ file, lines, receipts }: LoadedEvidence): LocatedFinding {
  const message = 'The last line is incomplete: a write was interrupted, or the file was cut.';
  return { file, line: lines.at(-1) ?? null, index: receipts.length - 1, code: 'LINE_TORN', message };
}

function openEnd({ file, receipts, checkpoints }: LoadedEvidence): LocatedFinding {
  const missing =
    checkpoints.length === 0 ? 'There is no checkpoint' : 'No checkpoint covers the last receipts';
  const message = `${missing}, so receipts missing from the end cannot be detected. Give one with --checkpoint, or accept that with --no-checkpoint.`;
  return { file, line: null, index: receipts.length, code: 'END_NOT_COVERED', message };
}
