import type { PolicyGateRequest, PolicyVerdict } from '@wcp/router';
import { WcpError } from '@wcp/spec';
import { readAnswer } from './read-answer.ts';

/** An engine as a gate sees it: what it answers may be anything. */
export interface AskedEngine {
  readonly policy_version: string;
  decide(request: PolicyGateRequest, signal: AbortSignal): unknown;
}

/** That of an answer that came at once, for the next question: one is dear beside such an answer. */
let unused: AbortController | null = null;

/**
 * Asks an engine; its answer is a verdict, or this throws. An engine that answers at once is not awaited.
 *
 * @throws {WcpError} `ERR_WCP_POLICY_ENGINE` where the engine failed or was late, `ERR_WCP_POLICY_ANSWER` where it
 * answered anything but a verdict
 */
export function askEngine(
  engine: AskedEngine,
  request: PolicyGateRequest,
  timeout_ms: number,
): PolicyVerdict | Promise<PolicyVerdict> {
  const deadline = unused ?? new AbortController();
  unused = null;
  let answer: unknown;
  try {
    answer = engine.decide(request, deadline.signal);
  } catch (cause) {
    throw engineFailed(cause);
  }
  if (!(answer instanceof Promise)) {
    unused = deadline;
    return readAnswer(answer, engine.policy_version);
  }
  return awaitAnswer(answer, deadline, timeout_ms).then((value) => readAnswer(value, engine.policy_version));
}

function awaitAnswer(
  answer: Promise<unknown>,
  deadline: AbortController,
  timeout_ms: number,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new WcpError('ERR_WCP_POLICY_ENGINE', `The policy engine did not answer in ${timeout_ms} ms.`));
      deadline.abort();
    }, timeout_ms);
    answer.then(resolve, (cause) => reject(engineFailed(cause))).finally(() => clearTimeout(timer));
  });
}

/**
 * What an engine threw may be anything, and quote anything: it is the cause and not the message. One that found its own
 * answer to be no verdict says so itself.
 */
function engineFailed(cause: unknown): WcpError {
  if (cause instanceof WcpError && cause.code === 'ERR_WCP_POLICY_ANSWER') return cause;
  return new WcpError('ERR_WCP_POLICY_ENGINE', 'The policy engine failed.', { cause });
}
