import type { HallClient } from '../hall/create-hall-client.ts';
import type { InputOf } from '../hall/operations.ts';
import { HallProblemError } from '../wire/hall-problem-error.ts';
import { backoff, pause } from '../wire/retry.ts';
import type { PulledCallHandler } from './pulled-call.ts';
import { StartedRun } from './started-run.ts';

/** How calls are fetched. */
export interface PullOptions {
  /** Ends the pulling: calls that run are aborted, completed, and no more are claimed. */
  readonly signal: AbortSignal;
  /** Calls that run at a time (default 4). */
  readonly concurrency?: number;
  /** Only calls with this correlation id; absent for all. */
  readonly correlation_id?: string;
  /** Milliseconds after which the Hall takes a call for lost where this program has died (default 30,000). */
  readonly lease_ms?: number;
  /** Hears of what went wrong and is tried again: the Hall was not reached, or a result came too late. */
  onError?(error: unknown): void;
}

const WAIT_MS = 20_000;
const MAX_PAUSE_MS = 15_000;

/**
 * Carries out the calls of workers that a Hall cannot reach: fetches them, renews each claim while it runs, and
 * completes it (section 10). Needs a key of the role `worker`. Ends with the signal.
 *
 * @throws {HallProblemError} where the Hall refuses the key
 * @example
 * import { createHallClient, type PulledCallHandler, pullCalls } from '@wcp/client';
 *
 * const hall = createHallClient({ url: 'http://127.0.0.1:7420', key: 'wcp_…' });
 * const greet: PulledCallHandler = ({ request }) => ({
 *   status: 'ok',
 *   result: { asked: request },
 *   telemetry: [],
 *   evidence: [],
 *   deny_reason: null,
 * });
 * await pullCalls(hall, { 'org.acme.greeter.one': greet }, { signal: AbortSignal.timeout(60_000) });
 */
export async function pullCalls(
  hall: HallClient,
  workers: Readonly<Record<string, PulledCallHandler>>,
  options: PullOptions,
): Promise<void> {
  const { signal, concurrency = 4, correlation_id, lease_ms = 30_000, onError = () => {} } = options;
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const asked = {
    worker_ids: Object.keys(workers),
    wait_ms: WAIT_MS,
    ...(correlation_id !== undefined && { correlation_id }),
  };
  const pulling = { hall, workers, asked, lease_ms, onError, stop };
  const lanes = Array.from({ length: concurrency }, () => pullOneByOne(pulling));
  try {
    await Promise.all(lanes);
  } catch (error) {
    failed.abort();
    await Promise.allSettled(lanes);
    throw error;
  }
}

interface Pulling {
  readonly hall: HallClient;
  readonly workers: Readonly<Record<string, PulledCallHandler>>;
  readonly asked: InputOf<'claimCall'>;
  readonly lease_ms: number;
  readonly stop: AbortSignal;
  onError(error: unknown): void;
}

async function pullOneByOne(pulling: Pulling): Promise<void> {
  const { stop, onError } = pulling;
  for (let failures = 0; !stop.aborted; ) {
    try {
      await pullOne(pulling);
      failures = 0;
    } catch (error) {
      if (stop.aborted) return;
      if (isRefusal(error)) throw error;
      onError(error);
      failures += 1;
      await pause(Math.min(MAX_PAUSE_MS, backoff(failures)), stop).catch(() => {});
    }
  }
}

async function pullOne({ hall, workers, asked, lease_ms, stop }: Pulling): Promise<void> {
  const { claimed } = await hall.claimCall(asked, { signal: stop });
  if (claimed === null) return;
  const { claim_id, worker_id } = claimed;
  const { call } = await hall.startCall({ claim_id, lease_ms });
  const handler = workers[worker_id] as PulledCallHandler;
  await new StartedRun(hall, { claim_id, worker_id, call }, lease_ms, stop).carryOut(handler);
}

/** Asking again would not help. */
function isRefusal(error: unknown): boolean {
  return error instanceof HallProblemError && [400, 401, 403].includes(error.status);
}
