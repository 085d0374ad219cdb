import type { CallOutcome } from '../base/call-outcome.ts';
import { type Refusal, refusalText } from '../base/refusal-text.ts';

/** Tells a framework that throws that a call has no result: the message is for the model. */
export class CallRefusedError extends Error {
  override readonly name = 'CallRefusedError';
  readonly outcome: Refusal;

  constructor(outcome: Refusal) {
    super(refusalText(outcome));
    this.outcome = outcome;
  }
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
