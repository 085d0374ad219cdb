import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HallClient } from '@wcp/client';

const WAIT_MS = 20_000;
const PAUSE_MS = 1_000;
/** Ids that one request may name. */
const MAX_IDS = 256;

/**
 * Keeps the tools of this process available: a Hall dispatches to a worker that fetches its calls only while somebody
 * asks for them. It asks for calls of a correlation that nobody has, so it never gets one.
 */
export class Presence {
  readonly #hall: HallClient;
  readonly #correlation_id = `presence-${randomUUID()}`;
  #worker_ids: readonly string[] = [];
  #isThere = false;
  #stop = new AbortController();

  constructor(hall: HallClient) {
    this.#hall = hall;
  }

  /** Replaces the tools that are kept available. */
  async keep(worker_ids: readonly string[], timeout_ms: number): Promise<void> {
    this.close();
    this.#worker_ids = worker_ids;
    this.#stop = new AbortController();
    await this.ensure(timeout_ms);
    const { signal } = this.#stop;
    for (let at = 0; at < worker_ids.length; at += MAX_IDS) {
      void this.#stay(worker_ids.slice(at, at + MAX_IDS), signal);
    }
  }

  /** Resolves once the Hall knows that they are there. @throws where it cannot be reached */
  async ensure(timeout_ms: number): Promise<void> {
    if (this.#isThere) return;
    for (let at = 0; at < this.#worker_ids.length; at += MAX_IDS) {
      const worker_ids = this.#worker_ids.slice(at, at + MAX_IDS);
      await this.#hall.claimCall(this.#asked(worker_ids, 0), { signal: this.#stop.signal, timeout_ms });
    }
    this.#isThere = true;
  }

  close(): void {
    this.#stop.abort();
    this.#isThere = false;
  }

  async #stay(worker_ids: string[], signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#hall.claimCall(this.#asked(worker_ids, WAIT_MS), { signal });
      } catch {
        if (signal.aborted) return;
        // The next call makes sure of it before it is dispatched.
        this.#isThere = false;
        await sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(() => {});
      }
    }
  }

  #asked(worker_ids: string[], wait_ms: number) {
    return { worker_ids, correlation_id: this.#correlation_id, wait_ms };
  }
}
