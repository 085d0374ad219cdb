import { RouteDecisionSchema } from '@wcp/spec/document';
import { Compile } from 'typebox/compile';
import { cut, excerpt, visible } from '../base/quote.ts';
import type { ConformanceCase } from '../fixtures/conformance-case.ts';
import type { Members } from '../protocol/message.ts';
import { compareResult } from './compare/compare-results.ts';
import { describeAnswer, describeExpectation } from './compare/describe-answer.ts';
import { toldByMessage } from './compare/told-by-message.ts';
import { sentenceOf } from './port-problem.ts';
import type { Answer } from './read-answer.ts';
import {
  type Cause,
  type Difference,
  errored,
  type Fault,
  failed,
  PASSED,
  skipped,
  type Verdict,
} from './verdict.ts';

/** Judges the answer to a case. A denial is a result; only a result or an error can pass. */
export function judge(item: ConformanceCase, answer: Answer): Verdict {
  const cause = { expected: describeExpectation(item.expect), got: describeAnswer(answer, item.expect) };
  switch (answer.type) {
    case 'malformed':
      return errored(answer.problem.code, sentenceOf(answer.problem), cause);
    case 'errored':
      return errored('errored', `The port reports an error of its own: ${excerpt(answer.message)}`, cause);
    case 'skipped':
      return skipped('skipped', `The port skips this case: ${excerpt(answer.reason)}`, cause);
    case 'error':
      return judgeError(item, answer.code, cause);
    case 'result':
      return judgeResult(item, answer.result, cause);
  }
}

function judgeError({ op, expect }: ConformanceCase, code: string, cause: Cause): Verdict {
  if (!('error' in expect)) return failed('error_instead_of_result', unexpectedError(op, code), cause);
  if (expect.error === code) return PASSED;
  const difference = { path: '/code', expected: expect.error, got: code };
  return failed('wrong_code', 'The document is refused with another code.', cause, [difference]);
}

function unexpectedError(op: string, code: string): string {
  const hint = op === 'decide' ? ' Whatever is wrong in "decide" is a denial, and a denial is a result.' : '';
  return `A result was expected, and the port answered with the error ${excerpt(code)}.${hint}`;
}

function judgeResult(item: ConformanceCase, result: Members, cause: Cause): Verdict {
  const { op, expect } = item;
  if ('error' in expect) {
    return failed('result_instead_of_error', `The document must be refused with ${expect.error}.`, cause);
  }
  const diff = compareResult(expect.result, result);
  const reason = op === 'decide' ? whyNoDecision(result) : null;
  if (reason !== null) return failed('not_a_decision', reason, cause, diff);
  const told = op === 'decide' ? toldByMessage(item, result) : null;
  if (told !== null) return failed('message_tells', told, cause, diff);
  if (diff.length === 0) return PASSED;
  const { fault, message } = FAULTS.find(({ when }) => when(diff)) ?? WRONG_MEMBER;
  return failed(fault, message, cause, diff);
}

interface FaultRow {
  readonly fault: Fault;
  readonly message: string;
  readonly when: (diff: readonly Difference[]) => boolean;
}

const has = (path: string) => (diff: readonly Difference[]) => diff.some((found) => found.path === path);
const WRONG_MEMBER: FaultRow = {
  fault: 'wrong_member',
  message: 'The result differs from what is expected.',
  when: () => true,
};
/** What the differences of a result amount to; the first row that applies counts. */
const FAULTS: readonly FaultRow[] = [
  { fault: 'wrong_outcome', message: 'The outcome is another.', when: has('/outcome') },
  { fault: 'wrong_code', message: 'It is denied with another code.', when: has('/deny_code') },
  {
    fault: 'wrong_order',
    message: 'The items are right, and their order is not (WCP-11-41).',
    when: (diff) => diff.every(({ kind }) => kind === 'order'),
  },
];

const RouteDecisionCheck = Compile(RouteDecisionSchema);
/** Errors that only repeat what others say about their members. */
const REPETITIONS = new Set(['anyOf', 'boolean']);
const MAX_REASONS = 3;
const MAX_REASON_LENGTH = 160;

/** Why a result is not a RouteDecision, or null (WCP-11-43). */
function whyNoDecision(result: Members): string | null {
  if (RouteDecisionCheck.Check(result)) return null;
  const reasons = RouteDecisionCheck.Errors(result)
    .filter(({ keyword }) => !REPETITIONS.has(keyword))
    .slice(0, MAX_REASONS)
    .map(({ instancePath, message, params }) => {
      const names =
        'additionalProperties' in params ? `: ${params.additionalProperties.map(excerpt).join(', ')}` : '';
      return cut(
        `${instancePath === '' ? 'it' : visible(instancePath)} ${message}${names}`,
        MAX_REASON_LENGTH,
      );
    });
  return `The result does not satisfy the JSON Schema of the RouteDecision: ${reasons.join('; ')} (WCP-11-43).`;
}
