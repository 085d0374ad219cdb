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
  WORKER_CANCELLED: {
    status: 'error',
    message: 'The call was cancelled: what the worker had done by then stays done.',
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
  WORKER_INVALID_BODY: {
    status: 'error',
    message: 'The body is not a JSON object of context, request and permit.',
  },
  WORKER_BODY_TOO_LARGE: {
    status: 'error',
    message: 'The body is larger than 8 MiB: send the data in parts, or a reference to it.',
  },
  WORKER_PERMIT_NO_KEY: {
    status: 'denied',
    message:
      'This worker does not know its Hall and so runs in dev alone: set WCP_HALL_PUBLIC_KEY to the Hall’s public key, 64 hexadecimal digits.',
  },
  WORKER_PERMIT_MISSING: {
    status: 'denied',
    message: 'The call has no permit: let the Hall deliver it.',
  },
  WORKER_PERMIT_MALFORMED: {
    status: 'denied',
    message: 'The permit does not have the form of one: pass on what the Hall gave, unchanged.',
  },
  WORKER_PERMIT_ALGORITHM: {
    status: 'denied',
    message: 'The permit names another algorithm than EdDSA: only what a Hall signs is a permit.',
  },
  WORKER_PERMIT_SIGNATURE: {
    status: 'denied',
    message: 'The permit is not signed by a Hall that this worker knows: check WCP_HALL_PUBLIC_KEY.',
  },
  WORKER_PERMIT_EXPIRED: {
    status: 'denied',
    message: 'The permit has expired: let the Hall decide again.',
  },
  WORKER_PERMIT_NOT_YET: {
    status: 'denied',
    message: 'The permit is not valid yet: the clocks of Hall and worker differ, set them right.',
  },
  WORKER_PERMIT_WRONG_WORKER: {
    status: 'denied',
    message: 'The permit is for another worker: send the call to that one.',
  },
  WORKER_PERMIT_WRONG_REQUEST: {
    status: 'denied',
    message: 'The permit is for another request: let the Hall decide about this one.',
  },
  WORKER_PERMIT_WRONG_CONTEXT: {
    status: 'denied',
    message: 'The permit is for another context: pass on the one that the Hall gave, unchanged.',
  },
  WORKER_PERMIT_REPLAYED: {
    status: 'denied',
    message:
      'The permit was used already, or is older than this process, which then cannot know: let the Hall decide again, or set WCP_PERMIT_STORE.',
  },
  WORKER_PERMIT_STORE_FAILED: {
    status: 'error',
    message: 'The worker could not note that the permit is used, so it did not run: see to WCP_PERMIT_STORE.',
  },
} as const satisfies Readonly<Record<string, WorkerCodeEntry>>;

/** A code of {@link WORKER_CODES}. */
export type WorkerCode = keyof typeof WORKER_CODES;
