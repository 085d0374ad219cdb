import { RouteDecisionSchema } from '@wcp/spec/document';
import { Compile } from 'typebox/compile';
import type { ConformanceCase } from '../fixtures/conformance-case.ts';
import type { Difference, Status } from '../report/schema/report.ts';
import { compareResult, compareResults } from './compare-results.ts';
import { excerpt } from './excerpt.ts';
import { sentenceOf } from './port-problem.ts';
import type { Answer, Members } from './read-answer.ts';

/** What the referee says of one answer. */
export interface Verdict {
  readonly status: Status;
  readonly message: string | null;
  readonly diff: readonly Difference[];
}

const PASSED: Verdict = { status: 'passed', message: null, diff: [] };

/** Judges the answer to a case. A denial is a result; nothing but a result or an error can pass. */
export function judge(item: ConformanceCase, answer: Answer): Verdict {
  switch (answer.type) {
    case 'malformed':
      return errored(sentenceOf(answer.portProblem));
    case 'errored':
      return errored(`The port says that it went wrong: ${excerpt(answer.message)}`);
    case 'skipped':
      return { status: 'skipped', message: `The port skips it: ${excerpt(answer.reason)}`, diff: [] };
    case 'error':
      return judgeError(item, answer.code);
    default:
      return judgeResult(item, answer.result);
  }
}

/** Judges the second answer to a case that passed: it must be the first one again (WCP-11-44). */
export function judgeAgain(item: ConformanceCase, first: Answer, second: Answer): Verdict {
  const message = 'The same question, asked again later, got another answer (WCP-11-44).';
  if (first.type !== 'result' || second.type !== 'result') return failed(message, []);
  const diff = compareResults(item.op, first.result, second.result);
  return diff.length === 0 ? PASSED : failed(message, diff);
}

/** The verdict on a case without an answer. */
export function errored(message: string): Verdict {
  return { status: 'errored', message, diff: [] };
}

function judgeError({ op, expect }: ConformanceCase, code: string): Verdict {
  if (!('error' in expect)) return failed(unexpectedError(op, code), []);
  if (expect.error === code) return PASSED;
  return failed('The document is refused with another code.', [
    { path: '/code', expected: expect.error, got: code },
  ]);
}

function unexpectedError(op: string, code: string): string {
  const hint = op === 'decide' ? ' Whatever is wrong in "decide" is a denial, and a denial is a result.' : '';
  return `A result was expected, and the port answered with the error ${excerpt(code)}.${hint}`;
}

function judgeResult({ op, expect }: ConformanceCase, result: Members): Verdict {
  if ('error' in expect) return failed(`The document must be refused with ${expect.error}.`, []);
  const diff = compareResult(op, expect.result, result);
  const formed = op === 'decide' ? decisionFault(result) : null;
  if (formed !== null) return failed(formed, diff);
  return diff.length === 0 ? PASSED : failed('The result differs from what is expected.', diff);
}

const RouteDecisionCheck = Compile(RouteDecisionSchema);
/** Errors that only repeat what others say of their members. */
const REPETITIONS = new Set(['anyOf', 'boolean']);
const MAX_FAULTS = 3;
const MAX_FAULT_LENGTH = 160;

/** Why a result is no RouteDecision, or null (WCP-11-43). */
function decisionFault(result: Members): string | null {
  if (RouteDecisionCheck.Check(result)) return null;
  const faults = RouteDecisionCheck.Errors(result)
    .filter(({ keyword }) => !REPETITIONS.has(keyword))
    .slice(0, MAX_FAULTS)
    .map(({ instancePath, message, params }) => {
      const names =
        'additionalProperties' in params ? `: ${params.additionalProperties.map(excerpt).join(', ')}` : '';
      return shorten(`${instancePath === '' ? 'it' : instancePath} ${message}${names}`);
    });
  return `The result does not satisfy the JSON Schema of the RouteDecision: ${faults.join('; ')} (WCP-11-43).`;
}

function shorten(text: string): string {
  return text.length > MAX_FAULT_LENGTH ? `${text.slice(0, MAX_FAULT_LENGTH)}…` : text;
}

function failed(message: string, diff: readonly Difference[]): Verdict {
  return { status: 'failed', message, diff };
}
