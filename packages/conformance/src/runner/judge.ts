import { RouteDecisionSchema } from '@wcp/spec/document';
import { Compile } from 'typebox/compile';
import type { ConformanceCase } from '../fixtures/conformance-case.ts';
import type { Members } from '../protocol/message.ts';
import { compareResult, compareResults } from './compare-results.ts';
import { excerpt, sentenceOf } from './port-problem.ts';
import type { Answer } from './read-answer.ts';
import { errored, failed, PASSED, skipped, type Verdict } from './verdict.ts';

/** Judges the answer to a case. A denial is a result; only a result or an error can pass. */
export function judge(item: ConformanceCase, answer: Answer): Verdict {
  switch (answer.type) {
    case 'malformed':
      return errored(sentenceOf(answer.problem));
    case 'errored':
      return errored(`The port reports an error of its own: ${excerpt(answer.message)}`);
    case 'skipped':
      return skipped(`The port skips this case: ${excerpt(answer.reason)}`);
    case 'error':
      return judgeError(item, answer.code);
    case 'result':
      return judgeResult(item, answer.result);
  }
}

/** Judges the second answer to a case that passed: it must equal the first (WCP-11-44). */
export function judgeRepetition(first: Answer, second: Answer): Verdict {
  const message = 'The port answered the same request differently when it was repeated (WCP-11-44).';
  if (first.type !== 'result' || second.type !== 'result') return failed(message);
  const diff = compareResults(first.result, second.result);
  return diff.length === 0 ? PASSED : failed(message, diff);
}

function judgeError({ op, expect }: ConformanceCase, code: string): Verdict {
  if (!('error' in expect)) return failed(unexpectedError(op, code));
  if (expect.error === code) return PASSED;
  const difference = { path: '/code', expected: expect.error, got: code };
  return failed('The document is refused with another code.', [difference]);
}

function unexpectedError(op: string, code: string): string {
  const hint = op === 'decide' ? ' Whatever is wrong in "decide" is a denial, and a denial is a result.' : '';
  return `A result was expected, and the port answered with the error ${excerpt(code)}.${hint}`;
}

function judgeResult({ op, expect }: ConformanceCase, result: Members): Verdict {
  if ('error' in expect) return failed(`The document must be refused with ${expect.error}.`);
  const diff = compareResult(expect.result, result);
  const reason = op === 'decide' ? whyNoDecision(result) : null;
  if (reason !== null) return failed(reason, diff);
  return diff.length === 0 ? PASSED : failed('The result differs from what is expected.', diff);
}

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
      return shorten(`${instancePath === '' ? 'it' : instancePath} ${message}${names}`);
    });
  return `The result does not satisfy the JSON Schema of the RouteDecision: ${reasons.join('; ')} (WCP-11-43).`;
}

function shorten(text: string): string {
  return text.length > MAX_REASON_LENGTH ? `${text.slice(0, MAX_REASON_LENGTH)}…` : text;
}
