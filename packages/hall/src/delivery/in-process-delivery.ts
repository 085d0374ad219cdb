import type { RegistryRecord, Sha256, WorkerResult } from '@wcp/spec';
import { readCanonical } from '@wcp/spec/json';
import type { Worker } from '@wcp/worker-kit';
import type { Attempt } from './attempt.ts';
import type { CallEnd } from './call-end.ts';
import { readResult } from './call-json.ts';
import type { Containment, Delivered, Delivery, DeliveryCall } from './delivery.ts';
import { DECLARED, DECLARED_ENFORCEMENT } from './enforcement.ts';
import { OpenAttempts } from './open-attempts.ts';
import { PackageHashCache } from './package/package-hash-cache.ts';
import { PROCESS_LIMITS } from './process/process-limits.ts';

/** What is known of a worker that runs in the Hall's own process. */
export interface InProcessDeliveryOptions {
  /** The folder of its package, which attests its code. */
  readonly dir?: string;
  /** Milliseconds that it may take to answer a call that was cancelled (default 1,000). */
  readonly grace_ms?: number;
  /** The longest answer, in bytes of canonical JSON (default 8 MiB). */
  readonly answer_bytes?: number;
}

/**
 * Delivers calls to a worker in this process: for tests, and for a program that brings its own workers. Code
 * that never yields the thread cannot be stopped here, and its memory is the Hall's. A call whose worker does not
 * settle keeps its place.
 *
 * @example
 * import { createHall, inProcessDelivery } from '@wcp/hall';
 * import type { Worker } from '@wcp/worker-kit';
 *
 * declare const worker: Worker;
 * const hall = await createHall({ workers: [{ delivery: inProcessDelivery(worker) }] });
 * await hall.close();
 */
export function inProcessDelivery(worker: Worker, options: InProcessDeliveryOptions = {}): Delivery {
  return new InProcessDelivery(worker, options);
}

class InProcessDelivery implements Delivery {
  readonly record: RegistryRecord;
  readonly dir: string | undefined;
  readonly #worker: Worker;
  readonly #grace_ms: number;
  readonly #answer_bytes: number;
  readonly #hashes: PackageHashCache | null;
  /** The hash of the code when it was loaded, as closely as that can be known: that is the code that runs. */
  readonly #loaded: Promise<Sha256 | null>;
  readonly #attempts = new OpenAttempts({
    failure: 'DELIVERY_CRASHED',
    enforcementOf: ({ isHandedOver }) => (isHandedOver ? DECLARED_ENFORCEMENT : undefined),
  });

  constructor(worker: Worker, options: InProcessDeliveryOptions) {
    this.record = worker.record;
    this.dir = options.dir;
    this.#worker = worker;
    this.#grace_ms = options.grace_ms ?? PROCESS_LIMITS.grace_ms;
    this.#answer_bytes = options.answer_bytes ?? PROCESS_LIMITS.answer_bytes;
    this.#hashes = options.dir === undefined ? null : new PackageHashCache(options.dir);
    this.#loaded = (this.#hashes?.observe() ?? Promise.resolve(null)).catch(() => null);
  }

  containment(): Containment {
    return DECLARED;
  }

  async observe(): Promise<Sha256 | null> {
    return (await this.#hashes?.observe()) ?? null;
  }

  deliver(call: DeliveryCall): Promise<Delivered> {
    return this.#attempts.carry(call, (attempt) => this.#carry(attempt, call));
  }

  async close(): Promise<void> {
    this.#attempts.close();
  }

  async #carry(attempt: Attempt, call: DeliveryCall): Promise<void> {
    const { context, request, code_hash, permit, dispatch } = call;
    const loaded = await this.#loaded;
    if (this.#attempts.isClosed) attempt.close();
    // Code of a package that has changed since it was loaded is not what was decided about.
    else if (this.#hashes !== null && loaded !== code_hash) attempt.settle({ code: 'DELIVERY_CODE_CHANGED' });
    const controller = new AbortController();
    const abort = () => controller.abort();
    if (!attempt.handOver({ cancel: abort, stop: abort, grace_ms: this.#grace_ms })) return;
    const { signal } = controller;
    const options = { signal, permit, ...(dispatch && { dispatch }) };
    attempt.settle(this.#read(await this.#worker.execute(request, context, options)));
  }

  /** A copy: a later change by the worker or by the caller does not reach the other. */
  #read(answer: WorkerResult): CallEnd {
    const { text, findings } = readCanonical(answer);
    if (Buffer.byteLength(text) > this.#answer_bytes) return { code: 'DELIVERY_ANSWER_TOO_LARGE' };
    const result = findings.length === 0 ? readResult(JSON.parse(text)) : null;
    return result === null ? { code: 'DELIVERY_INVALID_RESULT' } : { result };
  }
}
