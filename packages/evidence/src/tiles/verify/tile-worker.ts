import { parentPort, workerData } from 'node:worker_threads';
import type { ReceiptAtPosition } from '../../log/key-history.ts';
import { folderReader } from '../tile-folder.ts';
import { type BundleJob, examineBundles } from './examine-bundles.ts';
import { tileKeys } from './tile-keys.ts';

/** What a thread that examines bundles is started with. */
export interface TileWorkerData {
  readonly dir: string;
  readonly keys: unknown;
  /** Those that say that the key of the log changed. */
  readonly key_receipts: readonly ReceiptAtPosition[];
}

/** One of the threads that examine bundles, so that every core verifies signatures. */
const { dir, keys, key_receipts } = workerData as TileWorkerData;
const known = tileKeys(keys, key_receipts);
const read = folderReader(dir);
parentPort?.on('message', (job: BundleJob) => parentPort?.postMessage(examineBundles(job, known, read)));
