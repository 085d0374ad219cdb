/** The status of a code, and its message: one sentence with the remedy. */
export interface WorkerCodeEntry {
  readonly status: 'denied' | 'error';
  readonly message: string;
}

/**
 * Every code that the kit itself puts into `deny_reason` (section 10). A wrong call is `denied`; a failure
 * inside the worker is `error`. The messages reveal nothing of the worker's own error.
 */
export const WORKER_CODES = {
  WORKER_INVALID_CONTEXT: {
    status: 'denied',
    message: 'The context is not that of a dispatch: correct what the findings name.',
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
    message: 'This worker may not run in this environment: its record would have to allow it.',
  },
  WORKER_INVALID_INPUT: {
    status: 'denied',
    message: 'The request does not match the worker’s input schema: correct what the findings name.',
  },
  WORKER_DENIED: { status: 'denied', message: 'The worker refused the request.' },
  WORKER_TIMEOUT: {
    status: 'error',
    message: 'The worker did not finish by its deadline: allow more time, or request less.',
  },
  WORKER_CANCELLED: {
    status: 'error',
    message: 'The call was cancelled: what the worker had done by then is not undone.',
  },
  WORKER_FAILED: {
    status: 'error',
    message: 'The worker’s code failed: the error is in the worker’s own log.',
  },
  WORKER_SCHEMA_FAILED: {
    status: 'error',
    message: 'A schema of the worker threw instead of validating: its author has to fix it.',
  },
  WORKER_INVALID_RESULT: {
    status: 'error',
    message: 'The worker’s result cannot be written as JSON: its author has to return plain data.',
  },
  WORKER_INVALID_OUTPUT: {
    status: 'error',
    message: 'The worker’s result does not match its output schema: its author has to fix one of the two.',
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
      'This worker does not know its Hall, so it runs only in dev: set WCP_HALL_PUBLIC_KEY to the Hall’s public key, 64 hexadecimal digits.',
  },
  WORKER_PERMIT_MISSING: {
    status: 'denied',
    message: 'The call has no permit: let a Hall deliver it.',
  },
  WORKER_PERMIT_MALFORMED: {
    status: 'denied',
    message: 'The permit is malformed: pass on the Hall’s permit unchanged.',
  },
  WORKER_PERMIT_ALGORITHM: {
    status: 'denied',
    message: 'The permit names an algorithm other than EdDSA, which is the only one a Hall uses.',
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
    message: 'The permit is not valid yet: the clocks of the Hall and the worker differ, so correct them.',
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
    message: 'The permit is for another context: pass on the Hall’s context unchanged.',
  },
  WORKER_PERMIT_REPLAYED: {
    status: 'denied',
    message:
      'The permit was already used, or is older than this process and so may have been: let the Hall decide again, or set WCP_PERMIT_STORE.',
  },
  WORKER_PERMIT_STORE_FAILED: {
    status: 'error',
    message: 'The worker could not record the use of the permit, so it did not run: check WCP_PERMIT_STORE.',
  },
} as const satisfies Readonly<Record<string, WorkerCodeEntry>>;

/** A code of {@link WORKER_CODES}. */
export type WorkerCode = keyof typeof WORKER_CODES;
