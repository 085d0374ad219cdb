import { clip } from '../base/clip.ts';
import { cut } from '../base/quote.ts';
import type { ConformanceCase } from '../fixtures/conformance-case.ts';
import type { Answer } from '../runner/read-answer.ts';
import type { Difference, Verdict } from '../runner/verdict.ts';

/** How one case ended, without more of the port's answer than a report may show. */
export interface CaseResult {
  readonly item: ConformanceCase;
  readonly verdict: Verdict;
  /** What the port answered, in the form of an expectation; null where it did not, or where that was right. */
  readonly got: unknown;
  /** The number of differences that `verdict` leaves out. */
  readonly diffLeftOut: number;
  readonly durationMs: number;
}

/** The length of an answer or an expectation in a report, in characters of its JSON text. */
export const MAX_VALUE_LENGTH = 4096;
const MAX_SIDE_LENGTH = 400;
const MAX_PATH_LENGTH = 200;
const MAX_DIFFERENCES = 6;

/** The result of a case: its verdict and the answer, bounded, since the port decides how long they are. */
export function caseResult(
  item: ConformanceCase,
  verdict: Verdict,
  answer: Answer | null,
  durationMs: number,
): CaseResult {
  if (verdict.status === 'passed') return { item, verdict, got: null, diffLeftOut: 0, durationMs };
  const diff = verdict.diff.slice(0, MAX_DIFFERENCES).map(clipDifference);
  return {
    item,
    verdict: { ...verdict, diff },
    got: clip(answer === null ? null : gotOf(answer), MAX_VALUE_LENGTH),
    diffLeftOut: verdict.diff.length - diff.length,
    durationMs,
  };
}

function gotOf(answer: Answer): unknown {
  switch (answer.type) {
    case 'result':
      return { result: answer.result };
    case 'error':
      return { error: answer.code };
    case 'skipped':
      return { skipped: answer.reason };
    case 'errored':
      return { errored: answer.message };
    case 'malformed':
      return null;
  }
}

function clipDifference({ path, kind, ...sides }: Difference): Difference {
  const clipped = Object.entries(sides).map(([side, value]) => [side, clip(value, MAX_SIDE_LENGTH)]);
  return {
    path: cut(path, MAX_PATH_LENGTH),
    ...(kind === undefined ? {} : { kind }),
    ...Object.fromEntries(clipped),
  };
}
