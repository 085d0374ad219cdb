import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HallClient, HallProblemError } from '@wcp/client';

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
  readonly #timeout_ms: number;
  readonly #correlation_id = `presence-${randomUUID()}`;
  /** Those that the Hall knows to be there. */
  readonly #there = new Set<string>();
  #stop = new AbortController();

  constructor(hall: HallClient, timeout_ms: number) {
    this.#hall = hall;
    this.#timeout_ms = timeout_ms;
  }

  /** Replaces the tools that are kept available. @throws where the Hall cannot be reached, or does not know one */
  async keep(worker_ids: readonly string[]): Promise<void> {
    this.close();
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    for (let at = 0; at < worker_ids.length; at += MAX_IDS) {
      const some = worker_ids.slice(at, at + MAX_IDS);
      await this.#claim(some, 0);
      void this.#stay(some, signal);
    }
  }

  /** Resolves once the Hall knows that a tool is there. @throws where it cannot be reached, or does not know it */
  async ensure(worker_id: string): Promise<void> {
    if (!this.#there.has(worker_id)) await this.#claim([worker_id], 0);
  }

  close(): void {
    this.#stop.abort();
    this.#there.clear();
  }

  async #stay(all: readonly string[], signal: AbortSignal): Promise<void> {
    for (let known = all; !signal.aborted; ) {
      try {
        // One that was removed at the Hall must not take the others with it.
        if (known.length === 0) await sleep(WAIT_MS, undefined, { signal, ref: false });
        else await this.#claim(known, WAIT_MS);
      } catch (error) {
        for (const id of known) this.#there.delete(id);
        await sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(() => {});
        const isUnknown = error instanceof HallProblemError && error.code === 'NOT_FOUND';
        if (isUnknown && !signal.aborted) known = await this.#known(known);
      }
    }
  }

  async #known(worker_ids: readonly string[]): Promise<readonly string[]> {
    const found = worker_ids.map(async (id) => {
      try {
        await this.#claim([id], 0);
        return [id];
      } catch (error) {
        return error instanceof HallProblemError && error.code === 'NOT_FOUND' ? [] : [id];
      }
    });
    return (await Promise.all(found)).flat();
  }

  async #claim(ids: readonly string[], wait_ms: number): Promise<void> {
    const { signal } = this.#stop;
    const asked = { worker_ids: [...ids], correlation_id: this.#correlation_id, wait_ms };
    await this.#hall.claimCall(asked, { signal, timeout_ms: this.#timeout_ms + wait_ms });
    if (!signal.aborted) for (const id of ids) this.#there.add(id);
  }
}
