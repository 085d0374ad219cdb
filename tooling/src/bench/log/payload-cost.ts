import { generateSigningKey } from '@wcp/evidence/key';
// @boundaries-ignore: the bench puts another cipher in its place
import { createHall, type Hall } from '../../../../packages/hall/src/index.ts';
// @boundaries-ignore: the bench puts another cipher in its place
import { DataKey } from '../../../../packages/hall/src/storage/payload/data-key.ts';
import { idleDelivery } from '../idle-delivery.ts';
import { processorTime } from '../measure.ts';
import { type BenchRow, sampledRow } from '../row.ts';
import { input, rules } from '../world.ts';
import { ORIGIN } from './generate-log.ts';

const DISPATCHES = 200;
const ROUNDS = 9;

/**
 * What encrypting payloads costs of a dispatch, in processor time: the same Hall in turns, with its cipher and with one
 * that only copies. Its store is memory, so that nothing but the work of the Hall counts: with a disk, the share is less.
 */
export async function payloadRow(): Promise<BenchRow> {
  const hall = await createHall({
    rules: rules(100),
    key: generateSigningKey(),
    origin: ORIGIN,
    workers: [{ delivery: idleDelivery() }],
  });
  const { encrypt } = DataKey.prototype;
  try {
    const shares: number[] = [];
    for (let round = -2; round < ROUNDS; round += 1) {
      const [real, plain] = [await turn(hall, encrypt), await turn(hall, copy)];
      if (round >= 0) shares.push((real / plain - 1) * 100);
    }
    return sampledRow('payloads encrypted: added to a dispatch', '%', shares);
  } finally {
    DataKey.prototype.encrypt = encrypt;
    await hall.close();
  }
}

/** Dispatches so far: each is of a chain of its own. */
let made = 0;

type Encrypt = typeof DataKey.prototype.encrypt;

/** Processor time of some dispatches. */
async function turn(hall: Hall, encrypt: Encrypt): Promise<number> {
  DataKey.prototype.encrypt = encrypt;
  const start = processorTime();
  for (let index = 0; index < DISPATCHES; index += 1) {
    const { decision } = await hall.dispatch({ ...input('dev'), correlation_id: `run-${made}` });
    made += 1;
    if (decision.outcome !== 'DISPATCH') throw new Error("The bench's own dispatch was refused.");
  }
  return processorTime() - start;
}

/** What is written if nothing is encrypted: as many bytes, after the same id. */
const HEAD = 20;
const TAG = 16;
function copy(this: DataKey, text: string): Buffer {
  const bytes = Buffer.alloc(HEAD + Buffer.byteLength(text) + TAG);
  bytes.write(text, HEAD);
  return bytes;
}
