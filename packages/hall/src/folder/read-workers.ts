import { stat } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import { escapeText, parseRecord, type RegistryRecord } from '@wcp/spec';
import type { Delivery } from '../delivery/delivery.ts';
import { DELIVERY_CODES } from '../delivery/delivery-code.ts';
import { httpDelivery } from '../delivery/http-delivery.ts';
import { packageDelivery } from '../delivery/package-delivery.ts';
import type { ProcessEnd } from '../delivery/worker-process.ts';
import type { HallOptions, HallWorker } from '../hall-options.ts';
import type { FolderProblem } from './folder-error.ts';
import { readJsonFile } from './json-file.ts';
import { LAYOUT, RECORD_FILE } from './layout.ts';
import { type Env, missingVariable, serverProblem } from './server-file.ts';
import type { ServerSettings, WorkerSettings } from './server-settings.ts';

/** What the ways to the workers of a folder are made from. */
export interface WorkerSources {
  readonly dir: string;
  readonly env: Env;
  readonly log: NonNullable<HallOptions['log']>;
}

/** The workers of `server.json` with the ways to them; what is wrong is added to `problems`. */
export async function readWorkers(
  { workers }: ServerSettings,
  sources: WorkerSources,
  problems: FolderProblem[],
): Promise<HallWorker[]> {
  const seen = new Map<string, number>();
  const read: HallWorker[] = [];
  for (const [index, settings] of workers.entries()) {
    const worker = await readWorker(settings, `/workers/${index}`, sources, problems);
    if (worker === null) continue;
    const { worker_id } = worker.delivery.record;
    if (seen.has(worker_id)) problems.push(twice(index, worker_id));
    seen.set(worker_id, index);
    read.push(worker);
  }
  return read;
}

async function readWorker(
  settings: WorkerSettings,
  path: string,
  sources: WorkerSources,
  problems: FolderProblem[],
): Promise<HallWorker | null> {
  const before = problems.length;
  const record = await readRecord(settings, path, sources.dir, problems);
  const env = readEnv(settings, path, sources.env, problems);
  problems.push(...(await checkPackage(settings, path, sources.dir)));
  if (record === null || problems.length > before) return null;
  return { delivery: deliveryOf(settings, record, env, sources) };
}

async function readRecord(
  { dir = '', record = posix.join(dir, RECORD_FILE) }: WorkerSettings,
  path: string,
  root: string,
  problems: FolderProblem[],
): Promise<RegistryRecord | null> {
  const file = await readJsonFile(root, record);
  if (!file.ok) {
    if (file.isAbsent) problems.push(noRecord(path, record));
    else problems.push({ file: record, path: null, code: 'NOT_JSON', message: file.message });
    return null;
  }
  const parsed = parseRecord(file.value);
  if (parsed.ok) return file.value as RegistryRecord;
  problems.push(...parsed.findings.map((finding) => ({ file: record, ...finding })));
  return null;
}

function readEnv(
  { env }: WorkerSettings,
  path: string,
  own: Env,
  problems: FolderProblem[],
): Record<string, string> {
  const variables = Object.entries(env).flatMap(([name, value]): [string, string][] => {
    if (typeof value === 'string') return [[name, value]];
    const taken = own[value.from];
    if (taken === undefined) problems.push(missingVariable(`${path}/env/${name}/from`, value.from));
    return taken === undefined ? [] : [[name, taken]];
  });
  return Object.fromEntries(variables);
}

async function checkPackage(
  { dir, program }: WorkerSettings,
  path: string,
  root: string,
): Promise<FolderProblem[]> {
  if (dir === undefined) return [];
  const folder = await stat(resolve(root, dir)).catch(() => null);
  if (folder?.isDirectory() !== true) {
    return [
      serverProblem({ path: `${path}/dir`, code: 'WORKER_MISSING', message: 'There is no such folder.' }),
    ];
  }
  const file = program === undefined ? folder : await stat(resolve(root, dir, program)).catch(() => null);
  const message = 'There is no such file in the package. Is the worker built?';
  return file === null ? [serverProblem({ path: `${path}/program`, code: 'WORKER_MISSING', message })] : [];
}

function deliveryOf(
  settings: WorkerSettings,
  record: RegistryRecord,
  env: Readonly<Record<string, string>>,
  { dir: root, log }: WorkerSources,
): Delivery {
  const { dir = '', program, command, url, env: _, record: __, ...limits } = settings;
  if (url !== undefined) return httpDelivery({ record, url, ...limits });
  return packageDelivery({
    record,
    dir: resolve(root, dir),
    run: program === undefined ? { command: command ?? [] } : { program },
    snapshots: join(root, LAYOUT.snapshots),
    env,
    limits,
    log: (end) => logEnd(log, end),
  });
}

/** The last words of a worker are for the operator, made harmless to a terminal. */
function logEnd(log: WorkerSources['log'], { worker_id, code, stderr }: ProcessEnd & { worker_id: string }) {
  if (code === null) return;
  const words = stderr.trim() === '' ? '' : ` Its last words: ${escapeText(stderr.trim())}`;
  log('warn', `${worker_id}: ${DELIVERY_CODES[code].message}${words}`);
}

function noRecord(path: string, record: string): FolderProblem {
  const message = `There is no registry record ${record}.`;
  return serverProblem({ path, code: 'RECORD_MISSING', message });
}

function twice(index: number, worker_id: string): FolderProblem {
  const message = `${worker_id} stands in the list already: a worker is reached in one way.`;
  return serverProblem({ path: `/workers/${index}`, code: 'WORKER_TWICE', message });
}
