import { randomBytes } from 'node:crypto';
import type { WorkerContext } from '@wcp/spec';
import type { Attempt, CallHolder } from '../attempt.ts';
import type { CallEnd } from '../call-end.ts';
import { readResult } from '../call-json.ts';

/** What waits for somebody who carries it out. */
export interface PulledWork {
  readonly worker_id: string;
  readonly context: WorkerContext;
  /** The call as a worker reads it: context, request, permit. */
  readonly text: string;
  /** Milliseconds that whoever has it may take to stop once it was cancelled. */
  readonly grace_ms: number;
  /** The longest answer, in bytes. */
  readonly answer_bytes: number;
}

/** A name that nobody guesses. */
export function newClaimId(): string {
  return randomBytes(18).toString('base64url');
}

/** A call that waits, or that somebody has claimed. It is started once and never again. */
export class PulledCall implements CallHolder {
  /** Names the present claim, and is known to nobody but who made it. */
  claim_id: string = newClaimId();
  readonly work: PulledWork;
  readonly #attempt: Attempt;
  #lease: NodeJS.Timeout | undefined;
  readonly #cancellation = new AbortController();

  constructor(attempt: Attempt, work: PulledWork) {
    this.#attempt = attempt;
    this.work = work;
  }

  get grace_ms(): number {
    return this.work.grace_ms;
  }

  /** Aborted once it was called off: whoever has it is to stop. */
  get cancelled(): AbortSignal {
    return this.#cancellation.signal;
  }

  /** Whether whoever claimed it has begun. */
  get isStarted(): boolean {
    return this.#attempt.isHandedOver;
  }

  /** Hands it over until the lease ends; false where it has ended meanwhile, or has been handed over before. */
  start(lease_ms: number): boolean {
    const isStarted = !this.isStarted && this.#attempt.handOver(this);
    if (isStarted) this.renew(lease_ms);
    return isStarted;
  }

  /** Lets whoever has it go on; without that it is lost when the lease ends. */
  renew(lease_ms: number): void {
    clearTimeout(this.#lease);
    this.#lease = setTimeout(() => this.#attempt.lose('DELIVERY_LOST'), lease_ms);
    this.#lease.unref();
  }

  /** Ends it by the answer of whoever has it; null where it had ended before. */
  complete(answer: unknown): CallEnd | null {
    const end = this.#endBy(answer);
    return this.#attempt.settle(end) ? end : null;
  }

  #endBy(answer: unknown): CallEnd {
    const result = readResult(answer);
    if (result === null) return { code: 'DELIVERY_INVALID_RESULT' };
    const bytes = Buffer.byteLength(JSON.stringify(result));
    return bytes > this.work.answer_bytes ? { code: 'DELIVERY_ANSWER_TOO_LARGE' } : { result };
  }

  /** Forgets the lease: the call has ended. */
  end(): void {
    clearTimeout(this.#lease);
  }

  cancel(): void {
    this.#cancellation.abort();
  }

  stop(): void {
    this.end();
  }
}
