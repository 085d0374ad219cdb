import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';

/** Jobs that a thread has at hand, so that it never waits for the next. */
const JOBS_A_THREAD = 2;

/** What works on jobs. */
export interface ThreadPool<Job> {
  /** Starts a thread, which answers each job with one message, in their order. */
  start(): Worker;
  /** How many (default: one a core). */
  readonly threads?: number | undefined;
  /** What of a job is handed over to the thread instead of copied. */
  transferOf?(job: Job): readonly ArrayBuffer[];
}

/**
 * Has jobs done on many cores, and gives the reports in the order of the jobs. No more of them are held than are being
 * worked on.
 */
export async function* reportsOf<Job, Report>(
  jobs: Iterable<Job> | AsyncIterable<Job>,
  { start, threads = availableParallelism(), transferOf = () => [] }: ThreadPool<Job>,
): AsyncGenerator<Report> {
  const workers = Array.from({ length: threads }, () => new PoolThread<Job, Report>(start()));
  const queue = Symbol.asyncIterator in jobs ? jobs[Symbol.asyncIterator]() : jobs[Symbol.iterator]();
  const waiting: Promise<Report>[] = [];
  let turn = 0;
  const fill = async () => {
    while (waiting.length < threads * JOBS_A_THREAD) {
      const next = await queue.next();
      if (next.done === true) return;
      const worker = workers[turn % threads] as PoolThread<Job, Report>;
      turn += 1;
      const report = worker.do(next.value, transferOf(next.value));
      // Awaited in its turn; one that fails earlier must not end the process.
      report.catch(() => {});
      waiting.push(report);
    }
  };
  try {
    await fill();
    for (let report = waiting.shift(); report !== undefined; report = waiting.shift()) {
      yield await report;
      await fill();
    }
  } finally {
    await queue.return?.();
    await Promise.all(workers.map((worker) => worker.end()));
  }
}

/** A thread answers its jobs in their order. */
class PoolThread<Job, Report> {
  readonly #worker: Worker;
  readonly #waiting: { resolve(report: Report): void; reject(error: Error): void }[] = [];
  #failure: Error | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (report: Report) => this.#waiting.shift()?.resolve(report));
    worker.on('error', (error: Error) => this.#fail(error));
    worker.on('exit', () => this.#fail(new Error('A thread that examined evidence has ended.')));
  }

  /** Rejects once the thread has ended: nothing would answer. */
  do(job: Job, transferred: readonly ArrayBuffer[]): Promise<Report> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(job, transferred);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
