import type { WorkerContext, WorkerResult } from '@wcp/spec';
import type { HallClient } from '../hall/create-hall-client.ts';

/** A call that a Hall allowed, and that was claimed. */
export interface PulledCall {
  readonly worker_id: string;
  readonly context: WorkerContext;
  readonly request: unknown;
  /** The signed token of the call; null where the Hall gives none. */
  readonly permit: string | null;
  /** Aborted once the call was called off or lost, or the pulling was ended. */
  readonly signal: AbortSignal;
  /** Asks for another capability under this call (section 10). */
  dispatch(asked: unknown): ReturnType<HallClient['chain']>;
}

/** Carries out a call. What it throws becomes a result with the code `WORKER_FAILED`. */
export type PulledCallHandler = (call: PulledCall) => Promise<WorkerResult> | WorkerResult;
