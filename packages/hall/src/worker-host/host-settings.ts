import { basename, dirname, join, resolve } from 'node:path';
import type { RegistryRecord } from '@wcp/spec';
import type { z } from 'zod';
import { ProblemError } from '../base/problem.ts';
import { DeploymentError, type DeploymentFinding } from '../deployment/deployment-error.ts';
import { LAYOUT } from '../deployment/layout.ts';
import { readJsonFile } from '../deployment/settings/json-file.ts';
import { readSecretSources, type SecretSources } from '../deployment/settings/read-secrets.ts';
import { type DeploymentWorker, readWorkers } from '../deployment/settings/read-workers.ts';
import { type SecretSettings, secretsSchema } from '../deployment/settings/secret-settings.ts';
import type { Env } from '../deployment/settings/server-file.ts';
import { workerSchema } from '../deployment/settings/worker-settings.ts';
import { readForm } from '../identity/read-form.ts';

/** Where the settings of a served worker come from. */
export interface HostSources {
  /** The folder of its package. */
  readonly dir: string;
  /** The file of the package that Node runs; it goes before what the settings say. */
  readonly program?: string;
  /** A file with what an entry of `workers` in `server.json` has for a package, and `secrets`. */
  readonly settings?: string;
  /** The variables that the settings may name. */
  readonly env: Env;
}

/** A worker that is served, with everything that it is started with. */
export interface HostSettings {
  readonly worker: DeploymentWorker;
  readonly record: RegistryRecord;
  readonly secrets: SecretSources;
}

/** What an entry of `server.json` has for a package: how a Hall calls a worker is the Hall's to say. */
const schema = workerSchema
  .omit({
    dir: true,
    url: true,
    record: true,
    attested: true,
    isolation: true,
    concurrency: true,
    waiting: true,
    failures: true,
    cooldown_ms: true,
  })
  .extend({ secrets: secretsSchema.default({}) });

/**
 * Reads the record of a package, and how it is run.
 *
 * @throws {DeploymentError} with every finding
 */
export async function readHostSettings(sources: HostSources): Promise<HostSettings> {
  const { program, settings: file, env } = sources;
  const { secrets, ...given } = await readSettings(file);
  const entry = { ...given, ...(program !== undefined && { program }), dir: resolve(sources.dir) };
  if (entry.program === undefined && entry.command === undefined) throw failed([NO_PROGRAM]);
  const findings: DeploymentFinding[] = [];
  const sourcesOfSecrets = readSecretSources(absolute(secrets, file), env, findings);
  const [worker] = await readWorkers({ workers: [entry] }, { dir: '/', env }, findings);
  if (worker === undefined || findings.length > 0)
    throw failed(findings.map((finding) => placed(finding, file)));
  return { worker, record: worker.record, secrets: sourcesOfSecrets };
}

const NO_PROGRAM: DeploymentFinding = {
  file: null,
  path: null,
  code: 'PROGRAM_MISSING',
  message:
    'Nothing says how the worker is run. Give --program FILE, or --settings FILE with program or command.',
};

async function readSettings(file: string | undefined): Promise<z.infer<typeof schema>> {
  if (file === undefined) return readForm({ schema, rules: [] }, {});
  const read = await readJsonFile(dirname(file), basename(file));
  if (!read.ok) throw failed([{ file, path: null, code: 'NOT_JSON', message: read.message }]);
  try {
    return readForm({ schema, rules: [] }, read.value);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw failed(error.findings.map((finding) => ({ file, ...finding })));
  }
}

/** A finding about an entry of `server.json`, where there is none: about the settings, or the command. */
function placed(finding: DeploymentFinding, settings: string | undefined): DeploymentFinding {
  if (finding.file !== LAYOUT.server) {
    return finding.file === null ? finding : { ...finding, file: join('/', finding.file) };
  }
  const path = settings === undefined ? null : (finding.path ?? '').replace(/^\/workers\/0/, '');
  return { ...finding, file: settings ?? null, path };
}

/** Files are relative to the settings that name them. */
function absolute(secrets: SecretSettings, settings = '.'): SecretSettings {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, source]) => [
      name,
      'file' in source ? { file: resolve(dirname(settings), source.file) } : source,
    ]),
  );
}

function failed(findings: readonly DeploymentFinding[]): DeploymentError {
  return new DeploymentError(findings);
}
