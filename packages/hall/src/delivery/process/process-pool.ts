import type { Sha256 } from '@wcp/spec';
import type { Attempt } from '../attempt.ts';
import type { WorkerProcess } from './worker-process.ts';

/** What a pool needs to know. */
export interface PoolOptions {
  /** How many processes there may be. */
  readonly processes: number;
  /** How long one is kept without a call, in milliseconds. */
  readonly idle_ms: number;
  /** Starts a process of the code with this hash; null where there is no such code. */
  start(hash: Sha256): Promise<WorkerProcess | null>;
}

interface Kept {
  readonly hash: Sha256;
  readonly process: WorkerProcess;
  readonly timer: NodeJS.Timeout;
}

/** The processes of one worker that have no call, each kept under the hash of its code. */
export class ProcessPool {
  readonly #options: PoolOptions;
  /** The longest without a call is the first. */
  #kept: Kept[] = [];
  #out = 0;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** A process of the code with this hash: one that is warm, else a new one. Null where there is no such code. */
  async take(hash: Sha256): Promise<WorkerProcess | null> {
    this.#forgetEnded();
    const kept = this.#kept.findLast((one) => one.hash === hash);
    this.#out += 1;
    if (kept !== undefined) return this.#remove(kept);
    this.#makeRoom();
    const process = await this.#options.start(hash).catch(() => null);
    if (process === null) this.#out -= 1;
    return process;
  }

  /** Takes a process back; one that is not to be used again is let go. */
  give(hash: Sha256, process: WorkerProcess, isGood: boolean): void {
    this.#out -= 1;
    if (!isGood || !process.isUsable || this.#isClosed) {
      void process.retire();
      return;
    }
    const timer = setTimeout(() => this.#retire(kept), this.#options.idle_ms).unref();
    const kept: Kept = { hash, process, timer };
    this.#kept.push(kept);
  }

  /** Lets every process go that has no call; those that have one go when they are given back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#kept.map((kept) => this.#remove(kept).retire()));
  }

  #makeRoom(): void {
    const [oldest] = this.#kept;
    if (oldest !== undefined && this.#kept.length + this.#out > this.#options.processes) this.#retire(oldest);
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

/** A number of places, and a line of attempts that wait for one, first come, first served. */
export class Slots {
  readonly #mostWaiting: number;
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(places: number, mostWaiting: number) {
    this.#free = places;
    this.#mostWaiting = mostWaiting;
  }

  /** True once there is a place, to be given back; false where the attempt ended before. Null: too many wait. */
  async take(attempt: Attempt): Promise<boolean | null> {
    if (attempt.isOver) return false;
    if (this.#free > 0) {
      this.#free -= 1;
      return true;
    }
    if (this.#waiting.size >= this.#mostWaiting) return null;
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
