import { sha256 } from '@wcp/spec';
import { sortedJson } from '../../fixtures/sorted-json.ts';
import type { Answer } from '../read-answer.ts';
import { failed, PASSED, type Verdict } from '../verdict.ts';
import { comparable, compareResults } from './compare-results.ts';
import { describeAnswer } from './describe-answer.ts';

/** An answer that will be compared with its repetition; of a very long one only the digest is kept. */
export interface FirstAnswer {
  readonly told: string;
  readonly digest: string;
  readonly answer: Answer | null;
}

/** A port may answer with megabytes to each of thousands of cases, and the run must not hold them all. */
const MAX_KEPT_LENGTH = 64 * 1024;

/** What is kept of an answer until its repetition comes. */
export function firstAnswer(answer: Answer): FirstAnswer {
  const text = textOf(answer);
  const kept = text.length <= MAX_KEPT_LENGTH ? answer : null;
  return { told: describeAnswer(answer), digest: sha256(text), answer: kept };
}

/** Judges the second answer to a case that passed: it must equal the first (WCP-11-44). */
export function judgeRepetition(first: FirstAnswer, second: Answer): Verdict {
  if (first.digest === sha256(textOf(second))) return PASSED;
  const message = 'The port answered the same request differently when it was repeated (WCP-11-44).';
  const cause = { expected: `the first answer again: ${first.told}`, got: describeAnswer(second) };
  const { answer } = first;
  const diff =
    answer?.type === 'result' && second.type === 'result' ? compareResults(answer.result, second.result) : [];
  return failed('changed_when_repeated', message, cause, diff);
}

function textOf(answer: Answer): string {
  return sortedJson(comparable({ ...answer }));
}
