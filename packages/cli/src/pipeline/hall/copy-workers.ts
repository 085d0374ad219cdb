import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { packageHash } from '@wcp/evidence';
import { readRegularFile } from '@wcp/evidence/file';
import { authorityOf, type RegistryRecord, recordHash, type Sha256 } from '@wcp/spec';
import { CliError } from '../../base/cli-error.ts';
import { copyRegularFile } from '../../base/copy-file.ts';
import { fileProblem } from '../../base/problem.ts';
import { writeWhole } from '../../base/write-file.ts';
import { PIPELINE_PLACES } from './pipeline-places.ts';
import {
  PIPELINE_WORKERS,
  type PipelineWorker,
  type WorkerPlace,
  type WorkerSettings,
} from './pipeline-workers.ts';

/** Where the workers come from, and the Hall that they are set up for. */
export interface WorkerSources extends WorkerPlace {
  /** The folder of the example workers, each built. */
  readonly from: string;
  /** The time of their attestation. */
  readonly now: string;
}

/** A worker as `server.json` names it. */
interface ServerWorker extends WorkerSettings {
  readonly dir: string;
  readonly record: string;
  readonly program: string;
}

/** The workers in the folder of a Hall. */
export interface CopiedWorkers {
  /** For `server.json`. */
  readonly workers: readonly ServerWorker[];
  /** What each of them is to be enrolled with. */
  readonly records: readonly RegistryRecord[];
}

/** A published worker: one file with all of its code, and two that describe it. */
const PROGRAM = 'dist/bundle.js';
const PUBLISHED = ['package.json', 'registry_record.json', PROGRAM];
/** Files in `dist` for importers and for the build itself; every other file there is an asset. */
const NO_ASSET = /\.(?:js|map|d\.ts|tsbuildinfo)$/;

/**
 * Copies the published files of the five workers into the folder of a Hall, each with a record that
 * attests the hash of the copy.
 *
 * @throws {CliError} if one is missing or not built
 */
export async function copyWorkers(sources: WorkerSources): Promise<CopiedWorkers> {
  const missing = (await Promise.all(PIPELINE_WORKERS.map((worker) => missingFiles(sources, worker)))).flat();
  if (missing.length > 0)
    throw new CliError(missing.map((file) => fileProblem(file, 'WORKER_MISSING', NOT_BUILT)));
  const copied = await Promise.all(PIPELINE_WORKERS.map((worker) => copyWorker(sources, worker)));
  return { workers: copied.map(({ server }) => server), records: copied.map(({ record }) => record) };
}

const NOT_BUILT =
  'A worker of the pipeline was not found. In the WCP repository `npm run build` builds it; elsewhere name the folder of the built workers with --workers.';

async function missingFiles({ from }: WorkerSources, { name }: PipelineWorker): Promise<string[]> {
  const files = PUBLISHED.map((file) => join(from, name, file));
  const isThere = await Promise.all(
    files.map((file) =>
      stat(file).then(
        (found) => found.isFile(),
        () => false,
      ),
    ),
  );
  return files.filter((_, index) => !isThere[index]);
}

async function copyWorker(
  sources: WorkerSources,
  worker: PipelineWorker,
): Promise<{ server: ServerWorker; record: RegistryRecord }> {
  const [home, place] = [join(sources.from, worker.name), `${PIPELINE_PLACES.workers}/${worker.name}`];
  const to = join(sources.dir, place);
  await rm(to, { recursive: true, force: true });
  await mkdir(join(to, 'dist'), { recursive: true });
  const files = [...PUBLISHED, ...(await assetsOf(home))];
  await Promise.all(files.map((file) => copyRegularFile(join(home, file), join(to, file))));
  const file = `${PIPELINE_PLACES.records}/${worker.name}.json`;
  const record = await attest(
    sources,
    worker,
    to,
    await readRecord(join(sources.dir, file)).catch(() => null),
  );
  await writeWhole(join(sources.dir, file), `${JSON.stringify(record, null, 2)}\n`, { force: true });
  return { server: { dir: place, record: file, program: PROGRAM, ...worker.settings?.(sources) }, record };
}

async function assetsOf(home: string): Promise<string[]> {
  const entries = await readdir(join(home, 'dist'), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !NO_ASSET.test(entry.name))
    .map(({ name }) => `dist/${name}`);
}

/** Attests the copied code, with these settings, in the name of the examples' authority. */
async function attest(
  sources: WorkerSources,
  worker: PipelineWorker,
  dir: string,
  earlier: RegistryRecord | null,
): Promise<RegistryRecord> {
  const published = await readRecord(join(dir, 'registry_record.json'));
  const envelope = { ...published.privilege_envelope, ...worker.envelope?.(sources, published) };
  const stated = { ...published, privilege_envelope: envelope };
  const code_hash = await packageHash(dir);
  const sealed = (attested_at: string) => {
    const changed = { ...stated, attestation: attestationOf(published, code_hash, attested_at) };
    return { ...changed, artifact_hash: recordHash(changed) };
  };
  // What has not changed since is not attested again, and so not enrolled again.
  const same = sealed(earlier?.attestation?.attested_at ?? sources.now);
  return same.artifact_hash === earlier?.artifact_hash ? same : sealed(sources.now);
}

/** No record is longer, in bytes. */
const MAX_RECORD = 1_048_576;

async function readRecord(file: string): Promise<RegistryRecord> {
  const bytes = await readRegularFile(file, MAX_RECORD);
  return JSON.parse(bytes.toString('utf8')) as RegistryRecord;
}

function attestationOf({ worker_id }: RegistryRecord, code_hash: Sha256, now: string) {
  return {
    code_hash,
    hash_method: 'module' as const,
    attested_at: now,
    attested_by: `namespace-key@${authorityOf(worker_id)}`,
    source: 'wcp pipeline',
  };
}
