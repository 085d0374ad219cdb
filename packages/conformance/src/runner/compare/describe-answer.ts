import { excerpt } from '../../base/quote.ts';
import type { Expectation } from '../../fixtures/schema/case-groups.ts';
import type { Answer } from '../read-answer.ts';
import { describeResult } from './describe-result.ts';

/** What a case expects, in one line. */
export function describeExpectation(expect: Expectation): string {
  return 'error' in expect ? `the error ${expect.error}` : describeResult(expect.result);
}

/** What a port answered, in one line; `expect` says what was asked for. */
export function describeAnswer(answer: Answer, expect?: Expectation): string {
  switch (answer.type) {
    case 'result':
      return describeResult(
        answer.result,
        expect !== undefined && 'result' in expect ? expect.result : undefined,
      );
    case 'error':
      return `the error ${excerpt(answer.code)}`;
    case 'skipped':
      return `skipped, with the reason ${excerpt(answer.reason)}`;
    case 'errored':
      return `errored, with the message ${excerpt(answer.message)}`;
    case 'malformed':
      return `an answer that cannot be read: the port ${answer.problem.what}`;
  }
}
