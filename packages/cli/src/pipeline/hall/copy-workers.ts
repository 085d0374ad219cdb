import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { packageHash } from '@wcp/evidence';
import { readRegularFile } from '@wcp/evidence/file';
import { authorityOf, type RegistryRecord, recordHash, type Sha256 } from '@wcp/spec';
import { CliError } from '../../base/cli-error.ts';
import { copyRegularFile } from '../../base/copy-file.ts';
import { fileProblem } from '../../base/problem.ts';
import { writeWhole } from '../../base/write-file.ts';

/** Where the workers come from, and the Hall that they are set up for. */
export interface WorkerSources {
  /** The folder of the example workers, each built. */
  readonly from: string;
  /** The folder of the Hall, absolute. */
  readonly dir: string;
  readonly allow: readonly string[];
  /** The time of their attestation. */
  readonly now: string;
}

/** A worker as `server.json` names it. */
export interface ServerWorker {
  readonly dir: string;
  readonly record: string;
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
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
export async function copyWorkers(sources: WorkerSources): Promise<ServerWorker[]> {
  const missing = (await Promise.all(PIPELINE_WORKERS.map((worker) => missingFiles(sources, worker)))).flat();
  if (missing.length > 0)
    throw new CliError(missing.map((file) => fileProblem(file, 'WORKER_MISSING', NOT_BUILT)));
  return Promise.all(PIPELINE_WORKERS.map((worker) => copyWorker(sources, worker)));
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

async function copyWorker(sources: WorkerSources, worker: PipelineWorker): Promise<ServerWorker> {
  const [home, place] = [join(sources.from, worker.name), `${PIPELINE_PLACES.workers}/${worker.name}`];
  const to = join(sources.dir, place);
  await rm(to, { recursive: true, force: true });
  await mkdir(join(to, 'dist'), { recursive: true });
  const files = [...PUBLISHED, ...(await assetsOf(home))];
  await Promise.all(files.map((file) => copyRegularFile(join(home, file), join(to, file))));
  const record = `${PIPELINE_PLACES.records}/${worker.name}.json`;
  const attested = await attest(sources, worker, to);
  await writeWhole(join(sources.dir, record), `${JSON.stringify(attested, null, 2)}\n`, { force: true });
  return { dir: place, record, program: PROGRAM, env: worker.env(sources) };
}

async function assetsOf(home: string): Promise<string[]> {
  const entries = await readdir(join(home, 'dist'), { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !NO_ASSET.test(entry.name))
    .map(({ name }) => `dist/${name}`);
}

/** Attests the copied code, with these settings, in the name of the examples' authority. */
async function attest(sources: WorkerSources, worker: PipelineWorker, dir: string): Promise<RegistryRecord> {
  const published = await publishedRecord(dir);
  const stated = { ...published, ...worker.stated?.(sources, published) };
  const changed = { ...stated, attestation: attestationOf(published, await packageHash(dir), sources.now) };
  return { ...changed, artifact_hash: recordHash(changed) };
}

/** No record is longer, in bytes. */
const MAX_RECORD = 1_048_576;

async function publishedRecord(dir: string): Promise<RegistryRecord> {
  const bytes = await readRegularFile(join(dir, 'registry_record.json'), MAX_RECORD);
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

/** Where the pipeline keeps its own files in the folder of a Hall. */
export const PIPELINE_PLACES = {
  root: 'pipeline',
  workers: 'pipeline/workers',
  records: 'pipeline/records',
  research: 'pipeline/research.db',
  hasherKey: 'pipeline/hasher-key.pem',
  issuerKey: 'pipeline/issuer-key.pem',
} as const;

/** What the settings of a worker depend on. */
interface WorkerSettings {
  /** The folder of the Hall, absolute: a worker runs in a copy of its package elsewhere. */
  readonly dir: string;
  /** Hosts outside the public internet that may be fetched from. */
  readonly allow: readonly string[];
}

/** An example worker of the repository, and its settings. */
interface PipelineWorker {
  /** Its folder under `workers/`. */
  readonly name: string;
  readonly env: (settings: WorkerSettings) => Readonly<Record<string, string>>;
  /** Members of the record that depend on this place, and so replace the published ones. */
  readonly stated?: (settings: WorkerSettings, published: RegistryRecord) => Partial<RegistryRecord>;
}

/** The workers of the canonical pipeline (section 10.2). */
const PIPELINE_WORKERS: readonly PipelineWorker[] = [
  {
    name: 'web-fetcher',
    env: ({ allow }) => (allow.length === 0 ? {} : { WCP_WEB_FETCH_ALLOW: allow.join(',') }),
  },
  { name: 'doc-chunker', env: () => ({}) },
  { name: 'embedder', env: () => ({}) },
  {
    name: 'doc-hasher',
    env: ({ dir }) => ({ WCP_HASHER_KEY_FILE: join(dir, PIPELINE_PLACES.hasherKey) }),
  },
  {
    name: 'research-registrar',
    env: ({ dir }) => ({ WCP_RESEARCH_DB: join(dir, PIPELINE_PLACES.research) }),
    // An envelope must name real paths where envelopes are enforced (section 4.3).
    stated: ({ dir }, { privilege_envelope }) => ({
      privilege_envelope: {
        ...privilege_envelope,
        filesystem_writes: [join(dir, PIPELINE_PLACES.research)],
      },
    }),
  },
];
