/** How a case can end; only `passed` counts. */
export const STATUSES = ['passed', 'failed', 'skipped', 'errored'] as const;
/** How a case ended. */
export type Status = (typeof STATUSES)[number];

/** One place where a result is not what was expected; an absent side has no member. */
export interface Difference {
  /** A JSON Pointer (RFC 6901). */
  readonly path: string;
  readonly expected?: unknown;
  readonly got?: unknown;
}

/** What the referee says about a case. */
export type Verdict =
  | { readonly status: 'passed'; readonly message: null; readonly diff: readonly [] }
  | { readonly status: 'failed'; readonly message: string; readonly diff: readonly Difference[] }
  | { readonly status: 'skipped' | 'errored'; readonly message: string; readonly diff: readonly [] };

/** The verdict on a case whose answer is what was expected. */
export const PASSED: Verdict = { status: 'passed', message: null, diff: [] };

/** The verdict on a case with another answer. */
export function failed(message: string, diff: readonly Difference[] = []): Verdict {
  return { status: 'failed', message, diff };
}

/** The verdict on a case that the port does not answer, and says so. */
export function skipped(message: string): Verdict {
  return { status: 'skipped', message, diff: [] };
}

/** The verdict on a case without a usable answer. */
export function errored(message: string): Verdict {
  return { status: 'errored', message, diff: [] };
}
