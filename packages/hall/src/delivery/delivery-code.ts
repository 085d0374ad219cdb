/** One way in which a call ends without a result. */
export interface DeliveryCodeEntry {
  readonly status: 'error' | 'timeout' | 'unknown';
  /** False where the worker certainly never got the call, so that it may be given to it again. */
  readonly started: boolean;
  readonly message: string;
}

/** Every code of {@link Delivered}. The messages repeat nothing that the worker wrote. */
export const DELIVERY_CODES = {
  DELIVERY_NONE: {
    status: 'error',
    started: false,
    message: 'The Hall cannot reach this worker: nothing ran.',
  },
  DELIVERY_CIRCUIT_OPEN: {
    status: 'error',
    started: false,
    message: 'The worker has failed too often and gets no calls until its cool-down is over: nothing ran.',
  },
  DELIVERY_CODE_UNKNOWN: {
    status: 'error',
    started: false,
    message: 'The decision does not name the hash of the worker’s code: nothing ran.',
  },
  DELIVERY_CODE_CHANGED: {
    status: 'error',
    started: false,
    message:
      'The worker’s code has changed since the decision, and no copy of the earlier code exists: nothing ran.',
  },
  DELIVERY_START_FAILED: {
    status: 'error',
    started: false,
    message: 'The worker’s program could not be started: nothing ran.',
  },
  DELIVERY_NOT_CONTAINED: {
    status: 'error',
    started: false,
    message:
      'This machine cannot hold the worker to its privilege envelope, and outside of dev it runs contained or not at all: nothing ran. Health says what to install.',
  },
  DELIVERY_BUSY: {
    status: 'error',
    started: false,
    message: 'Too many calls wait for this worker already: nothing ran.',
  },
  DELIVERY_NO_TIME: {
    status: 'timeout',
    started: false,
    message: 'The time limit passed before the worker got the call: nothing ran.',
  },
  DELIVERY_LEASE_LOST: {
    status: 'error',
    started: false,
    message:
      'The Hall gave no sign of life for too long, so another may have settled this dispatch: nothing ran.',
  },
  DELIVERY_WITHDRAWN: {
    status: 'error',
    started: false,
    message: 'The call was withdrawn before the worker got it: nothing ran.',
  },
  DELIVERY_CLOSED: {
    status: 'error',
    started: false,
    message: 'The Hall is closing and sends this worker no more calls: nothing ran.',
  },
  DELIVERY_CALL_INVALID: {
    status: 'error',
    started: false,
    message: 'The call cannot be written as JSON: nothing ran.',
  },
  DELIVERY_CALL_TOO_LARGE: {
    status: 'error',
    started: false,
    message: 'The call is larger than a worker reads: nothing ran.',
  },
  DELIVERY_UNREACHABLE: {
    status: 'error',
    started: false,
    message: 'The worker could not be reached: nothing ran.',
  },
  DELIVERY_TIMEOUT: {
    status: 'timeout',
    started: true,
    message: 'The worker did not answer within the time limit and was stopped.',
  },
  DELIVERY_CANCELLED: {
    status: 'unknown',
    started: true,
    message: 'The call was cancelled, and the worker was stopped before it answered.',
  },
  DELIVERY_INTERRUPTED: {
    status: 'unknown',
    started: true,
    message: 'The Hall stopped while the worker had the call.',
  },
  DELIVERY_CRASHED: {
    status: 'error',
    started: true,
    message: 'The worker got the call and ended before it answered.',
  },
  DELIVERY_HALF_LINE: {
    status: 'error',
    started: true,
    message: 'The worker got the call and ended in the middle of its answer.',
  },
  DELIVERY_JUNK: {
    status: 'error',
    started: true,
    message: 'The worker got the call, and what it wrote was refused: it is not a message of the protocol.',
  },
  DELIVERY_NUMBER_NOT_EXACT: {
    status: 'error',
    started: true,
    message:
      'The worker ran, and its answer was refused: an integer in it is beyond 2^53 and would become another one. Let the worker send it as text.',
  },
  DELIVERY_WRONG_ID: {
    status: 'error',
    started: true,
    message: 'The worker got the call, and its answer was refused: it names another call.',
  },
  DELIVERY_INVALID_RESULT: {
    status: 'error',
    started: true,
    message: 'The worker ran, and its answer was refused: it is not a valid result.',
  },
  DELIVERY_ANSWER_TOO_LARGE: {
    status: 'error',
    started: true,
    message:
      'The worker ran, and its answer was refused: it is larger than this Hall takes from it (`answer_bytes`).',
  },
  DELIVERY_NOT_READING: {
    status: 'error',
    started: true,
    message: 'The worker does not read the answers to its chained dispatches and was stopped.',
  },
  DELIVERY_MEMORY: {
    status: 'error',
    started: true,
    message: 'The worker used more memory than the Hall allows and was stopped.',
  },
  DELIVERY_LIMIT: {
    status: 'error',
    started: true,
    message:
      'The worker used more processor time, processes, time or output than the Hall allows and was stopped.',
  },
  DELIVERY_LOST: {
    status: 'unknown',
    started: true,
    message: 'The connection to the worker broke before its answer was complete.',
  },
  DELIVERY_REDIRECTED: {
    status: 'error',
    started: true,
    message: 'The worker’s address redirects elsewhere, and the Hall follows no redirect.',
  },
  DELIVERY_HTTP_REFUSED: {
    status: 'error',
    started: true,
    message: 'The server at the worker’s address refused the call.',
  },
  DELIVERY_HTTP_FAILED: {
    status: 'unknown',
    started: true,
    message: 'The server at the worker’s address failed: the worker may have got the call.',
  },
  DELIVERY_FAILED: {
    status: 'unknown',
    started: true,
    message: 'The Hall failed to deliver the call.',
  },
} as const satisfies Readonly<Record<string, DeliveryCodeEntry>>;

/** Whether the worker may have got a call that ended so; a code that is not in the table may be any. */
export function mayHaveStarted(code: string | null): boolean {
  const isKnown = code !== null && Object.hasOwn(DELIVERY_CODES, code);
  return isKnown ? DELIVERY_CODES[code as DeliveryCode].started : true;
}

/** The sentence for a code; null for null. */
export function deliveryMessage(code: string | null): string | null {
  if (code === null) return null;
  const isKnown = Object.hasOwn(DELIVERY_CODES, code);
  return isKnown ? DELIVERY_CODES[code as DeliveryCode].message : 'The worker gave no result.';
}

/** A code of {@link DELIVERY_CODES}. */
export type DeliveryCode = keyof typeof DELIVERY_CODES;
