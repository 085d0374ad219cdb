/** One way in which a call ends without a result: its status, whether the worker had the call, a sentence. */
export interface DeliveryCodeEntry {
  readonly status: 'error' | 'timeout' | 'unknown';
  /** False where the worker certainly never got the call, so that it may be given to it again. */
  readonly started: boolean;
  readonly message: string;
}

/** Every code of {@link Delivered}. The sentences say nothing of what the worker wrote. */
export const DELIVERY_CODES = {
  DELIVERY_NONE: {
    status: 'error',
    started: false,
    message: 'The Hall has no way to this worker: nothing ran.',
  },
  DELIVERY_CIRCUIT_OPEN: {
    status: 'error',
    started: false,
    message: 'The worker has failed too often and is left alone for a while: nothing ran.',
  },
  DELIVERY_CODE_UNKNOWN: {
    status: 'error',
    started: false,
    message: 'The decision names no hash of the worker’s code: nothing ran.',
  },
  DELIVERY_CODE_CHANGED: {
    status: 'error',
    started: false,
    message: 'The worker’s code is not that of the decision, and no copy of that is kept: nothing ran.',
  },
  DELIVERY_START_FAILED: {
    status: 'error',
    started: false,
    message: 'The worker’s program could not be started: nothing ran.',
  },
  DELIVERY_BUSY: {
    status: 'error',
    started: false,
    message: 'Too many calls wait for this worker already: nothing ran.',
  },
  DELIVERY_NO_TIME: {
    status: 'timeout',
    started: false,
    message: 'The time limit passed before the worker could be given the call: nothing ran.',
  },
  DELIVERY_WITHDRAWN: {
    status: 'error',
    started: false,
    message: 'The call was withdrawn before the worker was given it: nothing ran.',
  },
  DELIVERY_CLOSED: {
    status: 'error',
    started: false,
    message: 'The Hall takes no calls to this worker any more: nothing ran.',
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
    message: 'The worker had no answer by the time limit and was ended.',
  },
  DELIVERY_CANCELLED: {
    status: 'unknown',
    started: true,
    message: 'The call was cancelled, and the worker was ended without an answer.',
  },
  DELIVERY_INTERRUPTED: {
    status: 'unknown',
    started: true,
    message: 'The Hall stopped while the worker had the call.',
  },
  DELIVERY_CRASHED: {
    status: 'error',
    started: true,
    message: 'The worker ended before it answered: the operator finds its last words in the Hall’s log.',
  },
  DELIVERY_HALF_LINE: {
    status: 'error',
    started: true,
    message: 'The worker ended in the middle of its answer.',
  },
  DELIVERY_JUNK: {
    status: 'error',
    started: true,
    message: 'The worker wrote something that is no line of the protocol.',
  },
  DELIVERY_WRONG_ID: {
    status: 'error',
    started: true,
    message: 'The worker answered a call that it does not have.',
  },
  DELIVERY_INVALID_RESULT: {
    status: 'error',
    started: true,
    message: 'The worker’s answer does not have the form of a result.',
  },
  DELIVERY_ANSWER_TOO_LARGE: {
    status: 'error',
    started: true,
    message: 'The worker’s answer is larger than the Hall allows.',
  },
  DELIVERY_NOT_READING: {
    status: 'error',
    started: true,
    message: 'The worker does not read the answers that it asks for and was ended.',
  },
  DELIVERY_MEMORY: {
    status: 'error',
    started: true,
    message: 'The worker took more memory than the Hall allows and was ended.',
  },
  DELIVERY_LOST: {
    status: 'unknown',
    started: true,
    message: 'The connection to the worker broke before its answer was complete.',
  },
  DELIVERY_REDIRECTED: {
    status: 'error',
    started: true,
    message: 'The worker’s address redirects to another one, which the Hall does not follow.',
  },
  DELIVERY_HTTP_REFUSED: {
    status: 'error',
    started: true,
    message: 'What listens at the worker’s address refused the call.',
  },
  DELIVERY_HTTP_FAILED: {
    status: 'unknown',
    started: true,
    message: 'What listens at the worker’s address failed: the worker may have had the call.',
  },
  DELIVERY_FAILED: {
    status: 'unknown',
    started: true,
    message: 'The Hall’s own way to the worker failed.',
  },
} as const satisfies Readonly<Record<string, DeliveryCodeEntry>>;

/** A code of {@link DELIVERY_CODES}. */
export type DeliveryCode = keyof typeof DELIVERY_CODES;
