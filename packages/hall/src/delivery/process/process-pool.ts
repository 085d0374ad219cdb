import type { Attempt } from '../attempt.ts';
import type { DeliveryCode } from '../delivery-code.ts';
import type { WorkerProcess } from './worker-process.ts';

/** What makes two processes alike: only one of the same kind may take a call. */
export interface ProcessKind {
  readonly key: string;
}

/** What a pool works with. */
export interface PoolOptions<K extends ProcessKind> {
  /** Processes that there may be. */
  readonly processes: number;
  /** Milliseconds that a process is kept without a call. */
  readonly idle_ms: number;
  /** Starts a process of this kind, or says by which code none was started. */
  start(kind: K): Promise<WorkerProcess | DeliveryCode>;
}

interface Kept {
  readonly key: string;
  readonly process: WorkerProcess;
  readonly timer: NodeJS.Timeout;
}

/** The processes of one worker that have no call, each kept under its kind. */
export class ProcessPool<K extends ProcessKind> {
  readonly #options: PoolOptions<K>;
  /** The one that has been idle longest comes first. */
  #kept: Kept[] = [];
  #out = 0;
  #isClosed = false;

  constructor(options: PoolOptions<K>) {
    this.#options = options;
  }

  /** A process of this kind: an idle one, else a new one; or the code by which none was started. */
  async take(kind: K): Promise<WorkerProcess | DeliveryCode> {
    this.#forgetEnded();
    const kept = this.#kept.findLast((one) => one.key === kind.key);
    this.#out += 1;
    if (kept !== undefined) return this.#remove(kept);
    await this.#makeRoom();
    const process = await this.#options.start(kind).catch(() => 'DELIVERY_START_FAILED' as const);
    if (typeof process === 'string') this.#out -= 1;
    return process;
  }

  /** Takes a process back. One that must not be used again is ended: resolves when it is gone. */
  async give({ key }: K, process: WorkerProcess, isGood: boolean): Promise<void> {
    if (!isGood || !process.isUsable || this.#isClosed) {
      await process.retire();
      this.#out -= 1;
      return;
    }
    this.#out -= 1;
    const timer = setTimeout(() => this.#retire(kept), this.#options.idle_ms).unref();
    const kept: Kept = { key, process, timer };
    this.#kept.push(kept);
  }

  /** Ends every process without a call; the others end when they are given back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#kept.map((kept) => this.#remove(kept).retire()));
  }

  /** There are never more processes than there may be, not even for a moment. */
  async #makeRoom(): Promise<void> {
    const [oldest] = this.#kept;
    const isFull = this.#kept.length + this.#out > this.#options.processes;
    if (oldest !== undefined && isFull) await this.#remove(oldest).retire();
  }

  #forgetEnded(): void {
    for (const kept of this.#kept) if (!kept.process.isUsable) this.#remove(kept);
  }

  #retire(kept: Kept): void {
    void this.#remove(kept).retire();
  }

  #remove(kept: Kept): WorkerProcess {
    clearTimeout(kept.timer);
    this.#kept = this.#kept.filter((one) => one !== kept);
    return kept.process;
  }
}

/** A number of places, and the attempts that wait for one: first come, first served. */
export class Slots {
  readonly #maxWaiting: number;
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(places: number, maxWaiting: number) {
    this.#free = places;
    this.#maxWaiting = maxWaiting;
  }

  /** True once there is a place, which must be given back; false where the attempt ended first. Null: too many wait. */
  async take(attempt: Attempt): Promise<boolean | null> {
    if (attempt.isOver) return false;
    if (this.#free > 0) {
      this.#free -= 1;
      return true;
    }
    if (this.#waiting.size >= this.#maxWaiting) return null;
    return new Promise((resolve) => {
      const enter = () => resolve(true);
      this.#waiting.add(enter);
      attempt.ended.then(() => {
        if (this.#waiting.delete(enter)) resolve(false);
      });
    });
  }

  /** Gives a place back: to the one that has waited longest. */
  give(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
