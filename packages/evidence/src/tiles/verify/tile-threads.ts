import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { BundleJob, BundleReport } from './examine-bundles.ts';
import type { TileWorkerData } from './tile-worker.ts';

/** Beside this file in the sources; in the build this file is an entry of its folder, or a chunk at the root of `dist`. */
const PROGRAM = ['./tile-worker.ts', './verify/tile-worker.js', './tiles/verify/tile-worker.js']
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(url)) as URL;

/** Jobs that a thread has at hand, so that it never waits for the next. */
const JOBS_A_THREAD = 2;

/**
 * Examines jobs on many cores, and gives the reports in the order of the jobs. No more of them are held than are being
 * worked on.
 *
 * @param threads how many (default: one a core)
 */
export async function* examineInThreads(
  jobs: Iterable<BundleJob>,
  data: TileWorkerData,
  threads = availableParallelism(),
): AsyncGenerator<BundleReport> {
  const workers = Array.from({ length: threads }, () => new TileThread(data));
  const queue = jobs[Symbol.iterator]();
  const waiting: Promise<BundleReport>[] = [];
  let turn = 0;
  const fill = () => {
    while (waiting.length < threads * JOBS_A_THREAD) {
      const next = queue.next();
      if (next.done === true) return;
      const worker = workers[turn % threads] as TileThread;
      turn += 1;
      const report = worker.examine(next.value);
      // Awaited in its turn; one that fails earlier must not end the process.
      report.catch(() => {});
      waiting.push(report);
    }
  };
  try {
    fill();
    for (let report = waiting.shift(); report !== undefined; report = waiting.shift()) {
      yield await report;
      fill();
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.end()));
  }
}

/** A thread answers its jobs in their order. */
class TileThread {
  readonly #worker: Worker;
  readonly #waiting: { resolve(report: BundleReport): void; reject(error: Error): void }[] = [];

  constructor(data: TileWorkerData) {
    this.#worker = new Worker(PROGRAM, { workerData: data });
    this.#worker.on('message', (report: BundleReport) => this.#waiting.shift()?.resolve(report));
    this.#worker.on('error', (error: Error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  examine(job: BundleJob): Promise<BundleReport> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(job);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
