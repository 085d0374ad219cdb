import type { ConformanceCase } from '../fixtures/conformance-case.ts';
import type { Verdict } from '../runner/judge.ts';
import type { Answer } from '../runner/read-answer.ts';

/** What was found of one case. */
export interface CaseFinding {
  readonly item: ConformanceCase;
  readonly verdict: Verdict;
  readonly answer: Answer | null;
  readonly durationMs: number;
}
