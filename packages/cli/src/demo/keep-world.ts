import { join } from 'node:path';
import type { RouteInput } from '@wcp/spec';
import { writeWhole } from '../evidence/write-file.ts';
import type { DemoWorld } from './demo-world.ts';

/** The folder beside the evidence in which the world of its decisions is kept. */
export const WORLD = 'world';

/** Keeps what the first decision was made of, so that it can be made and explained again. */
export async function keepWorld(
  out: string,
  { documents }: DemoWorld,
  input: RouteInput,
  facts: unknown,
): Promise<void> {
  const { rules, config, workers } = documents;
  const files = { 'request.json': input, 'rules.json': rules, 'hall.json': config, 'workers.json': workers };
  for (const [name, value] of Object.entries({ ...files, 'facts.json': facts })) {
    await writeWhole(join(out, WORLD, name), `${JSON.stringify(value, null, 2)}\n`);
  }
}
