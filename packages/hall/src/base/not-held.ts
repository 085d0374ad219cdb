import { ProblemError } from './problem.ts';

/** What is answered about a decision whose request was forgotten. */
export function notHeld(): ProblemError {
  return new ProblemError(
    'NOT_HELD',
    'The request of this decision is no longer held. Its receipts are: they are listed with its decision_id.',
  );
}

/** What is answered about a decision whose request cannot be read, and no receipt says that it was forgotten. */
export function payloadLost(): ProblemError {
  return new ProblemError(
    'PAYLOAD_LOST',
    'The request of this decision cannot be read, and no receipt says that it was forgotten. The data key of its tenant is gone: restore keys/data from a backup, and start the Hall again.',
  );
}
