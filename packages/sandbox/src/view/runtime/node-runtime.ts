import { realpath } from 'node:fs/promises';
import { programOutput } from '../../base/program-output.ts';
import { programEntries } from '../program/program-entries.ts';
import type { Runtime } from './runtime.ts';

/** Where Node is inside, wherever it is outside. */
const NODE_PLACE = '/opt/node';

const OPTIONS = 'JSON.stringify([...process.allowedNodeEnvironmentFlags])';
const asked = new Map<string, Promise<ReadonlySet<string>>>();

/** Node as a runtime. */
export async function nodeRuntime(place: string): Promise<Runtime> {
  const options = await optionsOf(place);
  return { kind: 'node', program: NODE_PLACE, entries: programEntries(place, NODE_PLACE), options };
}

/** The options that a Node knows: another version than this one is asked, once. */
async function optionsOf(place: string): Promise<ReadonlySet<string>> {
  if (place === (await realpath(process.execPath))) return process.allowedNodeEnvironmentFlags;
  const known = asked.get(place) ?? askOptions(place);
  asked.set(place, known);
  return known;
}

async function askOptions(place: string): Promise<ReadonlySet<string>> {
  const said = await programOutput([place, '-p', OPTIONS], { env: {} });
  return new Set(JSON.parse(said.toString()) as string[]);
}
