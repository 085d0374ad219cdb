import { randomUUID } from 'node:crypto';
import type { EgressConnection } from '@wcp/sandbox';
import { canonicalJson, type RegistryRecord, type Sha256 } from '@wcp/spec';
import type { Enforcement, PrivilegeEnvelope } from '@wcp/spec/document';
import { normaliseHash } from '@wcp/spec/json';
import type { Attempt } from '../attempt.ts';
import { mayStillRun } from '../call-end.ts';
import { writeCall } from '../call-json.ts';
import type { Containment, Delivered, Delivery, DeliveryCall, WorkerConnection } from '../delivery.ts';
import type { DeliveryCode } from '../delivery-code.ts';
import { OpenAttempts } from '../open-attempts.ts';
import { ChainedCalls } from '../process/chained-calls.ts';
import { PROCESS_LIMITS, type ProcessLimits } from '../process/process-limits.ts';
import { type ProcessKind, ProcessPool, Slots } from '../process/process-pool.ts';
import { type ProcessEnd, WorkerProcess } from '../process/worker-process.ts';
import type { WorkerProgram } from '../process/worker-program.ts';
import { PackageHashCache } from './package-hash-cache.ts';
import { PackageSnapshots } from './package-snapshots.ts';
import { type WorkerLaunch, WorkerLauncher } from './worker-launcher.ts';

/** A worker that runs as processes of this machine. */
export interface PackageDeliveryOptions extends WorkerLaunch {
  readonly record: RegistryRecord;
  /** The folder of its package. Nothing runs from here: what runs is made of the bytes that were hashed. */
  readonly dir: string;
  /** The folder of the copies, which several workers may share. */
  readonly snapshots: string;
  readonly limits?: Partial<ProcessLimits>;
  /** Called with the end of each process. */
  log?(end: ProcessEnd & { readonly worker_id: string }): void;
}

/**
 * Delivers calls to a worker in processes of its own, as lines of JSON (section 10). Each process is
 * made of the very bytes whose hash was decided about, even if the package has changed since, and is held to the
 * worker's envelope where this machine can.
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
  readonly #launcher: WorkerLauncher;
  readonly #pool: ProcessPool<PackageKind>;
  readonly #enforcements = new WeakMap<Attempt, Enforcement>();
  readonly #attempts = new OpenAttempts({
    failure: 'DELIVERY_FAILED',
    enforcementOf: (attempt) => this.#enforcements.get(attempt),
  });
  readonly #processes = new Set<WorkerProcess>();
  #tell: (connection: WorkerConnection) => void = () => {};

  constructor(options: PackageDeliveryOptions) {
    this.record = options.record;
    this.dir = options.dir;
    this.#options = options;
    this.#limits = { ...PROCESS_LIMITS, ...options.limits };
    const { processes, waiting, idle_ms } = this.#limits;
    this.#hashes = new PackageHashCache(options.dir);
    this.#snapshots = new PackageSnapshots(options.snapshots);
    this.#slots = new Slots(processes, waiting);
    this.#launcher = new WorkerLauncher(options.record, options, this.#limits.memory_mb);
    this.#pool = new ProcessPool({ processes, idle_ms, start: (kind) => this.#start(kind) });
  }

  onConnection(tell: (connection: WorkerConnection) => void): void {
    this.#tell = tell;
  }

  containment(): Containment | null {
    return this.#launcher.containment();
  }

  learnContainment(): Promise<void> {
    return this.#launcher.learnContainment();
  }

  observe(): Promise<Sha256> {
    return this.#hashes.observe();
  }

  deliver(call: DeliveryCall): Promise<Delivered> {
    return this.#attempts.carry(call, (attempt) => this.#carry(attempt, call));
  }

  async close(): Promise<void> {
    this.#attempts.close();
    await this.#pool.close();
    await Promise.all([...this.#processes].map((process) => process.retire()));
  }

  async #carry(attempt: Attempt, call: DeliveryCall): Promise<void> {
    const id = randomUUID();
    const written = writeCall(call, { id });
    const hash = normaliseHash(call.code_hash);
    if (this.#attempts.isClosed) return attempt.close();
    if (hash === null) return void attempt.settle({ code: 'DELIVERY_CODE_UNKNOWN' });
    const refusal = await this.#launcher.refusal(call.context.env);
    if (refusal !== null) return void attempt.settle({ code: refusal });
    if ('code' in written) return void attempt.settle(written);
    const entered = await this.#slots.take(attempt);
    if (entered === null) return void attempt.settle({ code: 'DELIVERY_BUSY' });
    if (!entered) return;
    try {
      const envelope = call.envelope ?? this.record.privilege_envelope ?? null;
      const kind = kindOf(hash, envelope, this.#launcher.hallKeys);
      await this.#converse(attempt, call, { id, line: written.text, kind });
    } finally {
      this.#slots.give();
    }
  }

  async #converse(attempt: Attempt, call: DeliveryCall, { id, line, kind }: Written): Promise<void> {
    const process = await this.#pool.take(kind);
    if (typeof process === 'string') return void attempt.settle({ code: process });
    this.#begin(attempt, call, { id, line, process });
    const ending = await attempt.ended;
    const isClean = !('result' in ending) || !mayStillRun(ending.result);
    // One that is ended keeps its place until it is gone: the next call must not run beside it.
    await this.#pool.give(kind, process, isClean && process.calls < this.#limits.calls);
  }

  #begin(attempt: Attempt, call: DeliveryCall, { id, line, process }: Begun): void {
    const { grace_ms, dispatches } = this.#limits;
    const stop = () => process.kill('DELIVERY_TIMEOUT');
    const cancel = () => process.send(JSON.stringify({ cancel: id }));
    if (!attempt.handOver({ cancel, stop, grace_ms })) return;
    this.#enforcements.set(attempt, process.enforcement);
    const chainedCalls = new ChainedCalls({ id, max: dispatches, dispatch: call.dispatch });
    process.begin(
      {
        id,
        context: call.context,
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

  async #start({ hash, envelope }: PackageKind): Promise<WorkerProcess | DeliveryCode> {
    const opened = await this.#snapshots.open(hash, this.#options.dir);
    if (opened === null || this.#attempts.isClosed) return 'DELIVERY_CODE_CHANGED';
    let program: WorkerProgram;
    let started: WorkerProcess | null = null;
    try {
      const tell = (connection: EgressConnection) => this.#report(connection, started);
      program = await this.#launcher.start(opened, envelope, tell);
    } catch (error) {
      this.#log(notStarted(error));
      return 'DELIVERY_START_FAILED';
    }
    const process: WorkerProcess = new WorkerProcess({
      program,
      limits: this.#limits,
      ended: (end) => {
        this.#processes.delete(process);
        this.#log(end);
      },
    });
    started = process;
    this.#processes.add(process);
    return process;
  }

  #report(connection: EgressConnection, process: WorkerProcess | null): void {
    const context = process?.contextAt(performance.now() - connection.duration_ms) ?? null;
    this.#tell({ ...connection, context });
  }

  #log(end: ProcessEnd): void {
    try {
      this.#options.log?.({ worker_id: this.record.worker_id, ...end });
    } catch {
      // A log that fails changes nothing here.
    }
  }
}

/** How a process ended that never began. */
function notStarted(error: unknown): ProcessEnd {
  const reason = error instanceof Error ? error.message : 'It could not be started.';
  const code = 'DELIVERY_START_FAILED';
  return { pid: null, code, exit_code: null, signal: null, stderr: '', stderr_bytes: 0, reason };
}

interface Written {
  readonly id: string;
  readonly line: string;
  readonly kind: PackageKind;
}

/** Processes of one code inside one envelope that know the same keys are alike. */
interface PackageKind extends ProcessKind {
  readonly hash: Sha256;
  readonly envelope: PrivilegeEnvelope | null;
}

function kindOf(hash: Sha256, envelope: PrivilegeEnvelope | null, hallKeys: string): PackageKind {
  return { key: `${hash} ${hallKeys} ${canonicalJson(envelope)}`, hash, envelope };
}

type Begun = Pick<Written, 'id' | 'line'> & { readonly process: WorkerProcess };
