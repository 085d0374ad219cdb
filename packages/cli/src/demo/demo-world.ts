import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileWorld, type World } from '@wcp/router';
import { authorityOf, type RegistryRecord, type RouteInput, recordHash, type Sha256 } from '@wcp/spec';
import { packageFile } from '../base/package-file.ts';
import { writeWhole } from '../base/write-file.ts';

/** The world of the demo, and the documents that it was compiled from. */
export interface DemoWorld {
  readonly world: World;
  readonly documents: {
    readonly rules: unknown;
    readonly config: unknown;
    readonly workers: readonly RegistryRecord[];
  };
  /** The record of the worker that really exists. */
  readonly record: RegistryRecord;
}

/** Compiles the documents in this package's folder `demo` together with the record of an attested worker. */
export async function makeDemoWorld(workerDir: string, codeHash: Sha256, now: string): Promise<DemoWorld> {
  const [rules, config, laptop, written] = await Promise.all(
    [
      packageFile('demo/rules.json'),
      packageFile('demo/hall.json'),
      packageFile('demo/dev-only-worker.json'),
      join(workerDir, 'registry_record.json'),
    ].map(readJson),
  );
  const record = attested(written as RegistryRecord, codeHash, now);
  const workers = [record, laptop as RegistryRecord];
  const documents = { rules, config, workers };
  return { world: compileWorld(documents), documents, record };
}

/** The statement of the worker's authority that this code is its own. */
function attested(record: RegistryRecord, codeHash: Sha256, now: string): RegistryRecord {
  const attestation = {
    code_hash: codeHash,
    hash_method: 'module' as const,
    attested_at: now,
    attested_by: `namespace-key@${authorityOf(record.worker_id)}`,
    source: 'wcp demo',
  };
  const changed = { ...record, attestation };
  return { ...changed, artifact_hash: recordHash(changed) };
}

async function readJson(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}

/** The folder beside the evidence that holds the world of its decisions. */
export const WORLD_FOLDER = 'world';

/** Saves everything that the first decision was made from, so that it can be made and explained again. */
export async function saveWorld(
  out: string,
  { documents }: DemoWorld,
  input: RouteInput,
  facts: unknown,
): Promise<void> {
  const { rules, config, workers } = documents;
  const files = { 'request.json': input, 'rules.json': rules, 'hall.json': config, 'workers.json': workers };
  for (const [name, value] of Object.entries({ ...files, 'facts.json': facts })) {
    await writeWhole(join(out, WORLD_FOLDER, name), `${JSON.stringify(value, null, 2)}\n`);
  }
}
