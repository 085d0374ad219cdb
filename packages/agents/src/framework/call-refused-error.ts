import type { CallOutcome, ResultOutcome } from '../base/call-outcome.ts';

/** A call that has no result. */
export type Refusal = Exclude<CallOutcome, ResultOutcome>;

/** Tells a framework that throws that a call has no result: the message is for the model. */
export class CallRefusedError extends Error {
  override readonly name = 'CallRefusedError';
  readonly outcome: Refusal;

  constructor(outcome: Refusal) {
    super(refusalText(outcome));
    this.outcome = outcome;
  }
}

/** What a model reads of a call that has no result. */
export function refusalText(outcome: Refusal): string {
  if (outcome.kind === 'denied') return `${outcome.code}: ${outcome.message} ${outcome.remedy}`;
  if (outcome.kind === 'held') {
    return `APPROVAL_PENDING: A steward must approve this call first, and nothing has run yet: ${outcome.url ?? outcome.approval_id}`;
  }
  const { code, message, ran } = outcome;
  if (ran === false) return `${code}: ${message} The tool did not run.`;
  return `${code}: ${message} ${ran === true ? 'The tool had begun.' : 'Nobody knows whether the tool ran.'}`;
}

/**
 * The result of a call for a framework that throws.
 *
 * @throws what the tool threw, the reason of an abort, or {@link CallRefusedError}
 */
export function resultOf(outcome: CallOutcome, signal?: AbortSignal): unknown {
  if (outcome.kind === 'result') return outcome.result;
  if (outcome.kind === 'failed') {
    if (outcome.code === 'CALL_ABORTED' && signal?.aborted === true) throw signal.reason;
    if (outcome.error !== undefined) throw outcome.error;
  }
  throw new CallRefusedError(outcome);
}
