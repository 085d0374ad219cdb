import { parentPort, workerData } from 'node:worker_threads';
import { Keyring } from '../../receipt/receipt-examiner.ts';
import { folderReader } from '../tile-folder.ts';
import { type BundleJob, examineBundles } from './examine-bundles.ts';

/** What a thread that examines bundles is started with. */
export interface TileWorkerData {
  readonly dir: string;
  readonly keys: unknown;
}

/** One of the threads that examine bundles, so that every core verifies signatures. */
const { dir, keys } = workerData as TileWorkerData;
const keyring = new Keyring(keys);
const read = folderReader(dir);
parentPort?.on('message', (job: BundleJob) => parentPort?.postMessage(examineBundles(job, keyring, read)));
