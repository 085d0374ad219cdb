import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { RegistryRecord, Sha256 } from '@wcp/spec';
import { normaliseHash } from '@wcp/spec/json';
import { Attempt } from '../attempt.ts';
import { endOf, mayStillRun } from '../call-end.ts';
import { writeCall } from '../call-json.ts';
import type { Delivery, DeliveryCall } from '../delivery.ts';
import type { DeliveryCode } from '../delivery-code.ts';
import { DECLARED_ENFORCEMENT } from '../enforcement.ts';
import { ChainedCalls } from '../process/chained-calls.ts';
import { CONFINEMENT_ARGUMENTS } from '../process/confinement.ts';
import { PROCESS_LIMITS, type ProcessLimits } from '../process/process-limits.ts';
import { ProcessPool, Slots } from '../process/process-pool.ts';
import { type ProcessEnd, WorkerProcess } from '../process/worker-process.ts';
import { startDeclared } from '../process/worker-program.ts';
import { PackageHashCache } from './package-hash-cache.ts';
import { PackageSnapshots } from './package-snapshots.ts';

/** A worker that runs as processes of this machine. */
export interface PackageDeliveryOptions {
  readonly record: RegistryRecord;
  /** The folder of its package. Nothing runs from here: what runs is a copy. */
  readonly dir: string;
  /** A program of the package, run by this Node; or a whole command, `--stdio` included, run in the copy. */
  readonly run: { readonly program: string } | { readonly command: readonly string[] };
  /** The folder of the copies, which several workers may share. */
  readonly snapshots: string;
  /** All of its environment, beside what {@link permits} adds. */
  readonly env?: Readonly<Record<string, string>>;
  /** The keys that the worker knows the Hall by, and the folder where it notes the permits that it has used. */
  readonly permits?: { readonly hall_keys: readonly string[]; readonly store: string };
  readonly limits?: Partial<ProcessLimits>;
  /** Called with the end of each process. */
  log?(end: ProcessEnd & { readonly worker_id: string }): void;
}

/**
 * Delivers calls to a worker in processes of its own, as lines of JSON (section 10). Each process runs a
 * read-only copy of the package with the hash that was decided about, even if the package has changed since.
 *
 * @example
 * import { createHall, packageDelivery } from '@wcp/hall';
 * import type { RegistryRecord } from '@wcp/spec';
 *
 * declare const record: RegistryRecord;
 * const run = { program: 'bundle.js' };
 * const delivery = packageDelivery({ record, dir: 'workers/hello', run, snapshots: 'data/snapshots' });
 * const hall = await createHall({ workers: [{ delivery }] });
 * await hall.close();
 */
export function packageDelivery(options: PackageDeliveryOptions): Delivery {
  return new PackageDelivery(options);
}

class PackageDelivery implements Delivery {
  readonly record: RegistryRecord;
  readonly dir: string;
  readonly #options: PackageDeliveryOptions;
  readonly #limits: ProcessLimits;
  readonly #hashes: PackageHashCache;
  readonly #snapshots: PackageSnapshots;
  readonly #slots: Slots;
  readonly #pool: ProcessPool;
  readonly #attempts = new Set<Attempt>();
  readonly #processes = new Set<WorkerProcess>();
  #isClosed = false;

  constructor(options: PackageDeliveryOptions) {
    this.record = options.record;
    this.dir = options.dir;
    this.#options = options;
    this.#limits = { ...PROCESS_LIMITS, ...options.limits };
    const { processes, waiting, idle_ms } = this.#limits;
    this.#hashes = new PackageHashCache(options.dir);
    this.#snapshots = new PackageSnapshots(options.snapshots);
    this.#slots = new Slots(processes, waiting);
    this.#pool = new ProcessPool({ processes, idle_ms, start: (hash) => this.#start(hash) });
  }

  observe(): Promise<Sha256> {
    return this.#hashes.observe();
  }

  async deliver(call: DeliveryCall) {
    const began = performance.now();
    const attempt = new Attempt(call);
    this.#attempts.add(attempt);
    const carried = this.#carry(attempt, call).catch(() => void attempt.settle({ code: 'DELIVERY_FAILED' }));
    const delivered = await endOf(attempt, carried, began);
    this.#attempts.delete(attempt);
    return attempt.isHandedOver ? { ...delivered, enforcement: DECLARED_ENFORCEMENT } : delivered;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const attempt of this.#attempts) attempt.close();
    await this.#pool.close();
    await Promise.all([...this.#processes].map((process) => process.retire()));
  }

  async #carry(attempt: Attempt, call: DeliveryCall): Promise<void> {
    const id = randomUUID();
    const written = writeCall(call, id);
    const hash = normaliseHash(call.code_hash);
    if (this.#isClosed) return attempt.close();
    if (hash === null) return void attempt.settle({ code: 'DELIVERY_CODE_UNKNOWN' });
    if ('code' in written) return void attempt.settle(written);
    const entered = await this.#slots.take(attempt);
    if (entered === null) return void attempt.settle({ code: 'DELIVERY_BUSY' });
    if (!entered) return;
    try {
      await this.#converse(attempt, call, { id, line: written.text, hash });
    } finally {
      this.#slots.give();
    }
  }

  async #converse(attempt: Attempt, call: DeliveryCall, { id, line, hash }: Written): Promise<void> {
    const process = await this.#pool.take(hash);
    if (typeof process === 'string') return void attempt.settle({ code: process });
    this.#begin(attempt, call, { id, line, process });
    const ending = await attempt.ended;
    const isClean = !('result' in ending) || !mayStillRun(ending.result);
    // One that is ended keeps its place until it is gone: the next call must not run beside it.
    await this.#pool.give(hash, process, isClean && process.calls < this.#limits.calls);
  }

  #begin(attempt: Attempt, call: DeliveryCall, { id, line, process }: Begun): void {
    const { grace_ms, dispatches } = this.#limits;
    const stop = () => process.kill('DELIVERY_TIMEOUT');
    const cancel = () => process.send(JSON.stringify({ cancel: id }));
    if (!attempt.handOver({ cancel, stop, grace_ms })) return;
    const chainedCalls = new ChainedCalls({ id, max: dispatches, dispatch: call.dispatch });
    process.begin(
      {
        id,
        lose: (code) => attempt.lose(code),
        receive: async (reply) => {
          if (reply.kind === 'answer') {
            if (reply.result === null) return process.kill('DELIVERY_INVALID_RESULT');
            process.release();
            attempt.settle({ result: reply.result });
            return;
          }
          const answer = await chainedCalls.answer(reply.seq, reply.asked);
          if (!attempt.isOver) process.send(answer);
        },
      },
      line,
    );
  }

  async #start(hash: Sha256): Promise<WorkerProcess | DeliveryCode> {
    const opened = await this.#snapshots.open(hash, this.#options.dir);
    if (opened === null || this.#isClosed) return 'DELIVERY_CODE_CHANGED';
    const process: WorkerProcess = new WorkerProcess({
      program: startDeclared({
        command: commandOf(this.#options.run),
        cwd: opened.dir,
        env: environmentOf(this.#options),
        memory_mb: this.#limits.memory_mb,
      }),
      limits: this.#limits,
      ended: (end) => {
        this.#processes.delete(process);
        this.#log(end);
      },
    });
    this.#processes.add(process);
    return process;
  }

  #log(end: ProcessEnd): void {
    try {
      this.#options.log?.({ worker_id: this.record.worker_id, ...end });
    } catch {
      // A log that fails changes nothing here.
    }
  }
}

interface Written {
  readonly id: string;
  readonly line: string;
  readonly hash: Sha256;
}

type Begun = Pick<Written, 'id' | 'line'> & { readonly process: WorkerProcess };

function commandOf(run: PackageDeliveryOptions['run']): readonly string[] {
  return 'command' in run
    ? run.command
    : [process.execPath, ...CONFINEMENT_ARGUMENTS, run.program, '--stdio'];
}

/** Only what the operator named: nothing of the Hall's own environment. */
function environmentOf({ env, permits }: PackageDeliveryOptions): Record<string, string> {
  if (permits === undefined) return { ...env };
  const { hall_keys, store } = permits;
  return { ...env, WCP_HALL_PUBLIC_KEY: hall_keys.join(','), WCP_PERMIT_STORE: resolve(store) };
}
