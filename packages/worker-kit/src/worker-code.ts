/** One way in which the kit answers for a worker: the status, and a sentence with the remedy. */
export interface WorkerCodeEntry {
  readonly status: 'denied' | 'error';
  readonly message: string;
}

/**
 * Every code that the kit itself puts into `deny_reason` (section 10). What is wrong with the call is
 * `denied`, what went wrong inside is `error`. The sentences say nothing of the worker's own error.
 */
export const WORKER_CODES = {
  WORKER_INVALID_CONTEXT: {
    status: 'denied',
    message: 'The context is not that of a dispatch: mend what the findings name.',
  },
  WORKER_WRONG_WORKER: {
    status: 'denied',
    message: 'The context names another worker: send it to the one that the decision selected.',
  },
  WORKER_WRONG_CAPABILITY: {
    status: 'denied',
    message: 'This worker does not declare the capability: route the request to one that does.',
  },
  WORKER_ENV_NOT_ALLOWED: {
    status: 'denied',
    message: 'This worker may not run in the environment: its record would have to allow it.',
  },
  WORKER_INVALID_INPUT: {
    status: 'denied',
    message: 'The request does not fit the worker: mend what the findings name.',
  },
  WORKER_DENIED: { status: 'denied', message: 'The worker refused the request.' },
  WORKER_TIMEOUT: {
    status: 'error',
    message: 'The worker had no answer by its deadline: allow more time, or ask for less.',
  },
  WORKER_FAILED: {
    status: 'error',
    message: 'The worker’s code failed: its author finds the error in the worker’s own log.',
  },
  WORKER_SCHEMA_FAILED: {
    status: 'error',
    message: 'A schema of the worker failed instead of judging: its author has to mend it.',
  },
  WORKER_INVALID_RESULT: {
    status: 'error',
    message: 'The worker’s result cannot be written as JSON: its author has to return plain data.',
  },
  WORKER_INVALID_OUTPUT: {
    status: 'error',
    message: 'The worker’s result does not fit its own output schema: its author has to mend one of the two.',
  },
  WORKER_INVALID_LINE: {
    status: 'error',
    message: 'The line is not a JSON object of context, request and, optionally, id.',
  },
  WORKER_LINE_TOO_LONG: {
    status: 'error',
    message: 'The line is longer than 8 MiB: send the data in parts, or a reference to it.',
  },
} as const satisfies Readonly<Record<string, WorkerCodeEntry>>;

/** A code of {@link WORKER_CODES}. */
export type WorkerCode = keyof typeof WORKER_CODES;
