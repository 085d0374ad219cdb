import { parentPort, workerData } from 'node:worker_threads';
import { type ReceiptAtPosition, readKeyHistory } from '../log/key-history.ts';
import { Keyring } from '../receipt/keyring.ts';
import { examineLines } from './examine-lines.ts';
import type { LineChunk } from './line-chunks.ts';

/** What a thread that examines lines is started with. */
export interface LineWorkerData {
  readonly trusted: unknown;
  /** Those that say that the key of the log changed. */
  readonly key_receipts: readonly ReceiptAtPosition[];
}

/** One of the threads that examine lines, so that every core verifies signatures. */
const { trusted, key_receipts } = workerData as LineWorkerData;
const history = readKeyHistory(key_receipts, trusted);
const keys = { history, keyring: new Keyring((key_id) => history.find(key_id)) };
parentPort?.on('message', (chunk: LineChunk) => parentPort?.postMessage(examineLines(chunk, keys)));
