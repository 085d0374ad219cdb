import { ProblemError } from './problem.ts';

/** What is answered about a decision whose request was forgotten. */
export function notHeld(): ProblemError {
  return new ProblemError(
    'NOT_HELD',
    'The request of this decision is no longer held. Its receipts are: they are listed with its decision_id.',
  );
}
