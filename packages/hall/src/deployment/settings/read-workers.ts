import { stat } from 'node:fs/promises';
import { posix, resolve } from 'node:path';
import { parseRecord, type RegistryRecord, recordHash } from '@wcp/spec';
import { FOREIGN_TEXT_LIMITS } from '@wcp/spec/json';
import type { DeploymentFinding } from '../deployment-error.ts';
import { RECORD_FILE } from '../layout.ts';
import { readJsonFile } from './json-file.ts';
import { readEnvironment } from './read-environment.ts';
import { type Env, serverFinding } from './server-file.ts';
import type { ServerSettings } from './server-settings.ts';
import type { WorkerSettings } from './worker-settings.ts';

/** A worker of `server.json` with everything that its delivery is created from. */
export interface DeploymentWorker {
  readonly settings: WorkerSettings;
  readonly record: RegistryRecord;
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where workers are read from. */
interface WorkerSources {
  readonly dir: string;
  readonly env: Env;
}

/** The workers of `server.json`; what is wrong is added to `findings`. Nothing is started. */
export async function readWorkers(
  { workers }: Pick<ServerSettings, 'workers'>,
  sources: WorkerSources,
  findings: DeploymentFinding[],
): Promise<DeploymentWorker[]> {
  const seen = new Set<string>();
  const read: DeploymentWorker[] = [];
  for (const [index, settings] of workers.entries()) {
    const worker = await readWorker(settings, `/workers/${index}`, sources, findings);
    if (worker === null) continue;
    const { worker_id } = worker.record;
    if (seen.has(worker_id)) findings.push(twice(index, worker_id));
    seen.add(worker_id);
    read.push(worker);
  }
  return read;
}

async function readWorker(
  settings: WorkerSettings,
  path: string,
  sources: WorkerSources,
  findings: DeploymentFinding[],
): Promise<DeploymentWorker | null> {
  const before = findings.length;
  const record = await readRecord(settings, path, sources.dir, findings);
  const env = readEnvironment(settings.env, `${path}/env`, sources.env, findings);
  findings.push(...(await checkPackage(settings, path, sources.dir)));
  return record === null || findings.length > before ? null : { settings, record, env };
}

async function readRecord(
  { dir = '', record: named }: WorkerSettings,
  path: string,
  root: string,
  findings: DeploymentFinding[],
): Promise<RegistryRecord | null> {
  const record = named ?? posix.join(dir, RECORD_FILE);
  const file = await readJsonFile(root, record, FOREIGN_TEXT_LIMITS);
  if (!file.ok) {
    if (file.isAbsent) findings.push(noRecord(path, record));
    else findings.push({ file: record, path: null, code: 'NOT_JSON', message: file.message });
    return null;
  }
  const value = named === undefined ? sealed(file.value) : file.value;
  const parsed = parseRecord(value);
  if (parsed.ok) return value as RegistryRecord;
  findings.push(...parsed.findings.map((finding) => ({ file: record, ...finding })));
  return null;
}

/** The record in a package need not state its own hash: what is enrolled does. */
function sealed(value: unknown): unknown {
  const isOpen = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isOpen || Object.hasOwn(value, 'artifact_hash')) return value;
  try {
    return { ...value, artifact_hash: recordHash(value) };
  } catch {
    // Without canonical JSON it is no record: reported by its parser.
    return value;
  }
}

async function checkPackage(
  { dir, program }: WorkerSettings,
  path: string,
  root: string,
): Promise<DeploymentFinding[]> {
  if (dir === undefined) return [];
  const folder = await stat(resolve(root, dir)).catch(() => null);
  if (folder?.isDirectory() !== true) {
    return [
      serverFinding({ path: `${path}/dir`, code: 'WORKER_MISSING', message: 'There is no such folder.' }),
    ];
  }
  const file = program === undefined ? folder : await stat(resolve(root, dir, program)).catch(() => null);
  const message = 'There is no such file in the package. Is the worker built?';
  return file === null ? [serverFinding({ path: `${path}/program`, code: 'WORKER_MISSING', message })] : [];
}

function noRecord(path: string, record: string): DeploymentFinding {
  const message = `There is no registry record ${record}.`;
  return serverFinding({ path, code: 'RECORD_MISSING', message });
}

function twice(index: number, worker_id: string): DeploymentFinding {
  const message = `${worker_id} is in the list twice. A worker can be reached in one way only.`;
  return serverFinding({ path: `/workers/${index}`, code: 'WORKER_TWICE', message });
}
