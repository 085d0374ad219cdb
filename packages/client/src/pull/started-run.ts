import type { WorkerResult } from '@wcp/spec';
import type { HallClient } from '../hall/create-hall-client.ts';
import { HallProblemError } from '../wire/hall-problem-error.ts';
import { backoff, pause } from '../wire/retry.ts';
import type { PulledCall, PulledCallHandler } from './pulled-call.ts';

/** Milliseconds for which one renewal listens for a cancellation. */
const LISTEN_MS = 20_000;
const MAX_PAUSE_MS = 15_000;

/** A call that was claimed and started. */
interface Started {
  readonly claim_id: string;
  readonly worker_id: string;
  readonly call: object;
}

/** One started call, until its completion. */
export class StartedRun {
  readonly #hall: HallClient;
  readonly #started: Started;
  readonly #lease_ms: number;
  readonly #ended = new AbortController();
  readonly #cancelled = new AbortController();
  readonly #stop: AbortSignal;

  constructor(hall: HallClient, started: Started, lease_ms: number, stop: AbortSignal) {
    this.#hall = hall;
    this.#started = started;
    this.#lease_ms = lease_ms;
    this.#stop = stop;
  }

  async carryOut(handler: PulledCallHandler): Promise<void> {
    const { worker_id, call } = this.#started;
    const { context, request, permit = null } = call as Pick<PulledCall, 'context' | 'request' | 'permit'>;
    const signal = AbortSignal.any([this.#stop, this.#cancelled.signal]);
    const dispatch = (asked: unknown) => this.#hall.chain({ asked }, permit === null ? {} : { key: permit });
    const renewing = this.#renew();
    const result = await run(handler, { worker_id, context, request, permit, signal, dispatch });
    this.#ended.abort();
    await renewing;
    await this.#complete(result);
  }

  /** What does not reach the Hall is sent again within the lease. */
  async #complete(result: WorkerResult): Promise<void> {
    const until = Date.now() + this.#lease_ms;
    for (let failures = 1; ; failures += 1) {
      try {
        return await this.#completeOnce(result);
      } catch (error) {
        const wait = Math.min(MAX_PAUSE_MS, backoff(failures));
        if (isFinal(error) || Date.now() + wait > until) throw error;
        await pause(wait, new AbortController().signal);
      }
    }
  }

  /** What the Hall cannot read is a failure of the worker. */
  async #completeOnce(result: WorkerResult): Promise<void> {
    const { claim_id } = this.#started;
    try {
      await this.#hall.completeCall({ claim_id, result });
    } catch (error) {
      const isUnreadable = error instanceof HallProblemError && [400, 413].includes(error.status);
      if (!isUnreadable) throw error;
      await this.#hall.completeCall({ claim_id, result: FAILED });
    }
  }

  /** Renews the claim until the call has ended; hears at once where it is called off. */
  async #renew(): Promise<void> {
    const { claim_id } = this.#started;
    const wait_ms = Math.min(LISTEN_MS, Math.round(this.#lease_ms / 3));
    while (!this.#ended.signal.aborted && !this.#cancelled.signal.aborted) {
      try {
        const asked = { claim_id, lease_ms: this.#lease_ms, wait_ms };
        const { is_cancelled } = await this.#hall.renewCall(asked, { signal: this.#ended.signal });
        if (is_cancelled) this.#cancelled.abort();
      } catch (error) {
        if (this.#ended.signal.aborted) return;
        // The Hall knows the claim no longer: what is done from now on counts for nothing.
        if (isFinal(error)) this.#cancelled.abort();
        else await pause(wait_ms / 4, this.#ended.signal).catch(() => {});
      }
    }
  }
}

/** Says nothing of why: what was thrown may hold what a tenant sent. */
const FAILED: WorkerResult = {
  status: 'error',
  result: null,
  telemetry: [],
  evidence: [],
  deny_reason: { code: 'WORKER_FAILED', message: 'The worker failed, or its result cannot be sent as JSON.' },
};

async function run(handler: PulledCallHandler, call: PulledCall): Promise<WorkerResult> {
  try {
    return await handler(call);
  } catch {
    return FAILED;
  }
}

/** Whether the Hall will never answer otherwise; one that is busy, or does not answer, may. */
function isFinal(error: unknown): boolean {
  return error instanceof HallProblemError && error.status !== 429 && error.status !== 503;
}
