import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { signCheckpoint } from '@wcp/evidence';
import { signingKeyFromSeed } from '@wcp/evidence/key';
import { TileWriter, verifyTiles } from '@wcp/evidence/tiles';
import { openFileStorage } from '@wcp/hall/storage';
import { processorTime } from '../measure.ts';
import { ORIGIN, SEED } from './generate-log.ts';

/** Receipts that are written as tiles and verified: enough that starting the threads does not count. */
const MOST = 200_000;
const PAGE = 1_000;
const SPKI_PREFIX = '302a300506032b6570032100';

/** How fast a log is verified from its tiles, on all cores. */
export interface VerifyRate {
  readonly receipts_s: number;
  /** Against what the same processors do with `crypto.verify` alone, in processor time: machines are shared. */
  readonly ratio_to_floor: number;
}

export async function verifyRate(file: string): Promise<VerifyRate> {
  const dir = mkdtempSync(join(tmpdir(), 'wcp-bench-tiles-'));
  try {
    const receipts = await writeTiles(file, dir);
    const key = signingKeyFromSeed(SEED);
    const floor = floorTime(receipts.slice(0, 5_000));
    const [start, cpu] = [performance.now(), processorTime()];
    const { ok } = await verifyTiles(dir, { keys: { [key.keyId]: key.publicKey }, origin: ORIGIN });
    if (!ok) throw new Error("The bench's own log does not verify.");
    const each = (processorTime() - cpu) / receipts.length;
    return {
      receipts_s: (receipts.length * 1_000) / (performance.now() - start),
      ratio_to_floor: floor / each,
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The first receipts of the log as tiles, with a checkpoint of that size. */
async function writeTiles(file: string, dir: string): Promise<string[]> {
  const key = signingKeyFromSeed(SEED);
  const storage = await openFileStorage(file, { key, origin: ORIGIN });
  const receipts: string[] = [];
  try {
    const writer = await TileWriter.open(dir);
    while (receipts.length < MOST) {
      const rows = await storage.store.list('receipts', { after: receipts.length - 1, limit: PAGE });
      for (const { receipt } of rows) {
        await writer.append(Buffer.from(receipt));
        receipts.push(receipt);
      }
      if (rows.length < PAGE) break;
    }
    await writer.publish(signCheckpoint({ origin: ORIGIN, size: writer.size, root: writer.root() }, key));
    return receipts;
  } finally {
    await storage.close();
  }
}

/** Milliseconds of a processor that one signature takes to verify. */
function floorTime(receipts: readonly string[]): number {
  const { publicKey } = signingKeyFromSeed(SEED);
  const der = Buffer.from(SPKI_PREFIX + publicKey, 'hex');
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const signed = receipts.map((text) => JSON.parse(text) as { receipt_hash: string; signature: string });
  verifyAll(signed, key);
  const start = processorTime();
  verifyAll(signed, key);
  return (processorTime() - start) / receipts.length;
}

function verifyAll(signed: readonly { receipt_hash: string; signature: string }[], key: KeyObject): void {
  for (const { receipt_hash, signature } of signed) {
    verify(null, Buffer.from(receipt_hash), key, Buffer.from(signature, 'base64'));
  }
}

/** The cores that verification runs on. */
export const CORES = availableParallelism();
