import { readRegularFile } from '@wcp/evidence/file';
import { type LogTime, type NotChecked, notChecked, verifyTimes } from '@wcp/evidence/log';
import type { LoadedEvidence } from './evidence-files.ts';
import type { OthersReport } from './examine-witnesses.ts';

/** What is wrong with a timestamp. */
interface TimestampFinding {
  readonly file: string;
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

/** Timestamps that were verified, and what is wrong with the others. */
export interface TimestampReport {
  readonly times: readonly LogTime[];
  readonly findings: readonly TimestampFinding[];
  readonly not_checked: readonly NotChecked[];
}

/** Whoever asks for timestamps is not content with none: leaving them out is the simplest forgery. */
const NOT_TIMESTAMPED = {
  index: 0,
  code: 'LOG_NOT_TIMESTAMPED',
  message:
    'Timestamps were asked for, and there is none. Export the evidence again, or leave out --timestamp-certificates.',
} as const;
/** Bytes of a timestamp. */
const MAX_BYTES = 65_536;

/**
 * Verifies the timestamps in the evidence with the certificates of the user. Each is about a checkpoint of its size
 * that is this log's.
 *
 * @param refuted the checkpoints that are not, by their indexes
 */
export async function examineTimestamps(
  { file: receipts, certificates, timestamps, checkpoints }: LoadedEvidence,
  refuted: ReadonlySet<number>,
): Promise<TimestampReport> {
  if (certificates === null) {
    return { times: [], findings: [], not_checked: [notChecked('TIMESTAMPS_NOT_CHECKED')] };
  }
  if (timestamps.length === 0) {
    return { times: [], findings: [{ file: receipts, ...NOT_TIMESTAMPED }], not_checked: [] };
  }
  // Only here: the library for certificates is slow to load.
  const { verifyTimestamp } = await import('@wcp/evidence/timestamp');
  const noteOf = new Map(
    byTrust(checkpoints, refuted).map((index) => [sizeOf(checkpoints[index] ?? ''), index]),
  );
  const times: LogTime[] = [];
  const findings: TimestampFinding[] = [];
  for (const [index, { file, size }] of timestamps.entries()) {
    const timestamp = await readRegularFile(file, MAX_BYTES, { followsLinks: true }).catch(() =>
      Buffer.alloc(0),
    );
    const at = noteOf.get(size) ?? -1;
    const verdict = await verifyTimestamp({ timestamp, checkpoint: checkpoints[at] ?? '', certificates });
    // What is wrong with the checkpoint has a finding of its own: its time says nothing about this log.
    if (verdict.ok && !refuted.has(at)) times.push({ size, time: verdict.time });
    else if (!verdict.ok) findings.push({ file, ...verdict.findings[0], index });
  }
  return { times, findings, not_checked: [] };
}

/** Those that are this log's come last, so that they count where two have one size. */
function byTrust(checkpoints: readonly string[], refuted: ReadonlySet<number>): number[] {
  return [...checkpoints.keys()].toSorted((a, b) => Number(refuted.has(b)) - Number(refuted.has(a)));
}

/**
 * Whether the times of the receipts are in the order of the log, and on the right side of each timestamp.
 *
 * @param malformed what is no receipt, by its index: it has no time, and a finding of its own
 */
export function examineTimes(
  evidence: LoadedEvidence,
  timestamps: readonly LogTime[],
  malformed: ReadonlySet<number>,
): OthersReport {
  const { receipts, proofs, areTimesWaived } = evidence;
  const positions = proofs?.map((proof) => Number((Object(proof) as { position?: unknown }).position));
  const { findings } = verifyTimes({
    ...{ receipts, timestamps, is_ordered: !areTimesWaived },
    ...(positions !== undefined && { positions }),
  });
  return aboutTimes(evidence, findings, malformed);
}

/** What was found about times, and whether the user waived their order. */
export function aboutTimes(
  { areTimesWaived }: LoadedEvidence,
  findings: OthersReport['findings'],
  malformed: ReadonlySet<number>,
): OthersReport {
  const aboutReceipts = findings.filter(({ index }) => !malformed.has(index));
  return { findings: aboutReceipts, not_checked: areTimesWaived ? [notChecked('TIMES_NOT_CHECKED')] : [] };
}

/** The second line of a checkpoint that was verified. */
function sizeOf(note: string): number {
  return Number(note.split('\n')[1]);
}
