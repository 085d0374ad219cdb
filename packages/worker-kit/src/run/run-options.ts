import type { ChainedDispatch } from './chained-dispatch.ts';

/** What belongs to one run beside its request and its context. */
export interface RunOptions {
  /** Calls the run off: it is answered at once with `WORKER_CANCELLED`. */
  readonly signal?: AbortSignal;
  /** Answers what the run dispatches; absent, it can dispatch nothing. */
  readonly dispatch?: ChainedDispatch;
  /** The Hall's permit, for a worker that asks for one. */
  readonly permit?: unknown;
}
