import { join } from 'node:path';
import type { HallClient } from '../client/hall-client.ts';
import type { PlacedReceipt } from '../client/wire.ts';
import { EVIDENCE_FILES } from './evidence-files.ts';
import { LineWriter } from './line-writer.ts';

/** Writes the receipts of the first `size` places of the log that the key may see, and gives their places. */
export async function exportReceipts(
  client: HallClient,
  dir: string,
  size: number,
  stream: string | undefined,
): Promise<number[]> {
  const positions: number[] = [];
  const writer = await LineWriter.create(join(dir, EVIDENCE_FILES.receipts));
  try {
    for await (const { position, receipt } of client.items<PlacedReceipt>('wcp/receipts', { stream })) {
      if (position >= size) break;
      await writer.add(receipt);
      positions.push(position);
    }
  } finally {
    await writer.close();
  }
  return positions;
}
