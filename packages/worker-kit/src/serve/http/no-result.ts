/**
 * Thrown where a hosted worker gave no result: the caller gets an HTTP problem with this status and code.
 *
 * @example
 * ```ts
 * import { NoResult } from '@wcp/worker-kit/host';
 *
 * throw new NoResult(429, 'DELIVERY_BUSY', 'Too many calls wait for this worker already: nothing ran.');
 * ```
 */
export class NoResult extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'NoResult';
    this.status = status;
    this.code = code;
  }
}
