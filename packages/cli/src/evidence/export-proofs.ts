import { join } from 'node:path';
import type { HallClient } from '../client/hall-client.ts';
import { EVIDENCE_FILES } from './evidence-files.ts';
import { LineWriter } from './line-writer.ts';

/** How many proofs are asked for at a time. */
const LANES = 16;

/** Writes for each place the proof that its receipt is in the log of this size. */
export async function exportProofs(
  client: HallClient,
  dir: string,
  size: number,
  positions: readonly number[],
): Promise<void> {
  const writer = await LineWriter.create(join(dir, EVIDENCE_FILES.proofs));
  const ask = (position: number) => client.get<object>('wcp/proofs/inclusion', { position, size });
  try {
    for (let at = 0; at < positions.length; at += LANES) {
      for (const proof of await Promise.all(positions.slice(at, at + LANES).map(ask)))
        await writer.add(proof);
    }
  } finally {
    await writer.close();
  }
}
