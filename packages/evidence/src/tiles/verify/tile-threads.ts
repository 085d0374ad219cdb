import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { reportsOf } from '../../base/thread-pool.ts';
import type { BundleJob, BundleReport } from './examine-bundles.ts';
import type { TileWorkerData } from './tile-worker.ts';

/** Beside this file in the sources; in the build this file is an entry of its folder, or a chunk at the root of `dist`. */
const PROGRAM = ['./tile-worker.ts', './verify/tile-worker.js', './tiles/verify/tile-worker.js']
  .map((path) => new URL(path, import.meta.url))
  .find((url) => existsSync(url)) as URL;

/**
 * Examines jobs on many cores, and gives the reports in the order of the jobs.
 *
 * @param threads how many (default: one a core)
 */
export function examineInThreads(
  jobs: Iterable<BundleJob>,
  data: TileWorkerData,
  threads?: number,
): AsyncGenerator<BundleReport> {
  return reportsOf(jobs, { threads, start: () => new Worker(PROGRAM, { workerData: data }) });
}
