import { type EvidenceFinding, finding, type TimeFindingCode } from '../base/finding.ts';
import { listOf, own } from '../base/own-member.ts';
import { type Verification, verificationOf } from '../base/verification.ts';

/** A timestamp that was verified: at this time, the log had this size. */
export interface LogTime {
  readonly size: number;
  /** RFC 3339, UTC. */
  readonly time: string;
}

/** Receipts in the order of their log, and what others say of its times. */
export interface TimedEvidence {
  readonly receipts: unknown;
  /** The positions of the receipts in the log, where they are not all of it (default: from 0). */
  readonly positions?: readonly number[];
  /** Verified timestamps on checkpoints of the log (default: none). */
  readonly timestamps?: readonly LogTime[];
  /** Whether the receipts must be in order among themselves as well (default true). */
  readonly is_ordered?: boolean;
}

/**
 * Milliseconds by which a receipt may be dated before one that stands earlier: a decision takes its time before it
 * asks its gate and waits for its turn to be written.
 */
const TOLERANCE_MS = 300_000;

/** The stream of receipts about the log itself, which carry no time. */
const LOG_STREAM = '(log)';

/**
 * Verifies that the times of receipts are in the order of the log, and lie on the right side of each timestamp
 * (section 8.8): a rewriting with a stolen key cannot be dated into the past. Takes any receipts and never throws.
 *
 * @example
 * ```ts
 * import { verifyTimes } from '@wcp/evidence';
 *
 * declare const receipts: unknown[];
 * const timestamps = [{ size: 300, time: '2026-11-30T12:00:00Z' }];
 * for (const { index, code } of verifyTimes({ receipts, timestamps }).findings) console.log(index, code);
 * ```
 */
export function verifyTimes({
  receipts,
  positions,
  timestamps = [],
  is_ordered = true,
}: TimedEvidence): Verification<TimeFindingCode> {
  const examiner = new TimesExaminer(timestamps, is_ordered);
  const list = listOf(receipts) ?? [];
  return verificationOf(
    list.flatMap((receipt, index) => examiner.examine(receipt, positions?.[index] ?? index, index)),
  );
}

/**
 * Examines the times of receipts as {@link verifyTimes} does, one receipt after the other, so that they need not all be
 * in memory. Never throws.
 *
 * @example
 * ```ts
 * import { TimesExaminer } from '@wcp/evidence/log';
 *
 * const examiner = new TimesExaminer([{ size: 1, time: '2026-11-30T12:00:00Z' }]);
 * const receipt = { kind: 'decision', dispatched_at: '2026-11-30T11:00:00Z' };
 * // The log was that long an hour later.
 * for (const { code } of examiner.examine(receipt, 1, 0)) console.log(code); // TIME_NOT_ORDERED
 * ```
 */
export class TimesExaminer {
  readonly #bounds: TimeBounds;

  /** @param isOrdered whether the receipts must be in order among themselves as well */
  constructor(timestamps: readonly LogTime[], isOrdered = true) {
    this.#bounds = new TimeBounds(timestamps, isOrdered);
  }

  /** What is wrong with the time of the next receipt, which stands at a position of the log. */
  examine(receipt: unknown, position: number, index: number): EvidenceFinding<TimeFindingCode>[] {
    const time = timeOfReceipt(receipt);
    return time === null || this.#bounds.admits(position, time) ? [] : [finding('TIME_NOT_ORDERED', index)];
  }
}

/**
 * When a receipt says that it was made: NaN where it says that in no form of this protocol. Null for an outcome, which
 * carries the time of its decision, and for what is about the log, which carries none.
 */
export function timeOfReceipt(receipt: unknown): number | null {
  if (own(receipt, 'kind') === 'outcome' || own(receipt, 'stream') === LOG_STREAM) return null;
  return timeOf(own(receipt, 'dispatched_at'));
}

/** NaN for what is not a time of this protocol. */
function timeOf(text: unknown): number {
  return typeof text === 'string' && /^\d{4}-\d{2}-\d{2}T[0-9:.]+(?:Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}

/** What is known of the time at each position, learnt from left to right. */
export class TimeBounds {
  /** By size: before each position, those that the log had passed. */
  readonly #timestamps: readonly { readonly size: number; readonly at: number }[];
  /** For each timestamp the earliest one from there on: no receipt before it may be dated later. */
  readonly #latest: readonly number[];
  readonly #isOrdered: boolean;
  #passed = 0;
  #earliest = Number.NEGATIVE_INFINITY;

  constructor(timestamps: readonly LogTime[], isOrdered: boolean) {
    this.#isOrdered = isOrdered;
    this.#timestamps = timestamps
      .map(({ size, time }) => ({ size, at: Date.parse(time) }))
      .sort((a, b) => a.size - b.size);
    const latest: number[] = [];
    let end = Number.POSITIVE_INFINITY;
    for (const { at } of this.#timestamps.toReversed()) {
      end = Math.min(end, at);
      latest.unshift(end);
    }
    this.#latest = latest;
  }

  /** A time that cannot be read is never admitted, and bounds nothing. */
  admits(position: number, time: number): boolean {
    for (let next = this.#timestamps[this.#passed]; next !== undefined && next.size <= position; ) {
      this.#earliest = Math.max(this.#earliest, next.at);
      this.#passed += 1;
      next = this.#timestamps[this.#passed];
    }
    const latest = this.#latest[this.#passed] ?? Number.POSITIVE_INFINITY;
    const isAdmitted = time >= this.#earliest - TOLERANCE_MS && time <= latest + TOLERANCE_MS;
    if (isAdmitted && this.#isOrdered) this.#earliest = Math.max(this.#earliest, time);
    return isAdmitted;
  }
}
