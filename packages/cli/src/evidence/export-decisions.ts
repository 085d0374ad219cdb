import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HallClient } from '../client/hall-client.ts';
import type { RecordedDecision } from '../client/wire.ts';
import { EVIDENCE_FILES } from './evidence-files.ts';
import { LineWriter } from './line-writer.ts';

/** Writes what was decided and from what, and each world that it was decided in. */
export async function exportDecisions(
  client: HallClient,
  dir: string,
  size: number,
  tenant_id: string | undefined,
): Promise<{ readonly decisions: number; readonly worlds: number }> {
  const worlds = new Set<string>();
  let decisions = 0;
  await mkdir(join(dir, EVIDENCE_FILES.worlds));
  const writer = await LineWriter.create(join(dir, EVIDENCE_FILES.decisions));
  try {
    for await (const record of client.items<RecordedDecision>('wcp/decisions', { tenant_id, limit: 200 })) {
      if (record.position >= size) break;
      const { world_digest } = record.decision;
      if (world_digest !== null && !worlds.has(world_digest)) {
        worlds.add(world_digest);
        await exportWorld(client, dir, world_digest);
      }
      await writer.add(record);
      decisions += 1;
    }
  } finally {
    await writer.close();
  }
  return { decisions, worlds: worlds.size };
}

async function exportWorld(client: HallClient, dir: string, digest: string): Promise<void> {
  const world = await client.get<object>(`wcp/worlds/${encodeURIComponent(digest)}`);
  await writeFile(join(dir, worldFile(digest)), `${JSON.stringify(world)}\n`);
}

/** The file of a world in a folder of evidence. */
export function worldFile(digest: string): string {
  return join(EVIDENCE_FILES.worlds, `${digest.replace(/[^0-9a-z]/g, '-')}.json`);
}
