import type { ConformanceCase } from './conformance-case.ts';
import type { Verdict } from './judge.ts';
import type { Answer } from './read-answer.ts';

/** What was found of one case. */
export interface CaseFinding {
  readonly item: ConformanceCase;
  readonly verdict: Verdict;
  readonly answer: Answer | null;
  readonly durationMs: number;
}
