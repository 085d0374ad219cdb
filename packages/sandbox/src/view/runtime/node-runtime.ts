import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { programEntries } from '../program/program-entries.ts';
import type { Runtime } from './runtime.ts';

/** Where Node is inside, wherever it is outside. */
const NODE_PLACE = '/opt/node';

const OPTIONS = 'JSON.stringify([...process.allowedNodeEnvironmentFlags])';
const ASK_MS = 10_000;
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
  const { stdout } = await promisify(execFile)(place, ['-p', OPTIONS], { env: {}, timeout: ASK_MS });
  return new Set(JSON.parse(stdout) as string[]);
}
