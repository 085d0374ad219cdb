import { join, resolve } from 'node:path';
import { escapeText, sha256 } from '@wcp/spec/json';
import type { Logger } from '../base/logger.ts';
import type { ChainedCallRegistry } from '../delivery/chained-call-registry.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { DELIVERY_CODES } from '../delivery/delivery-code.ts';
import { httpDelivery } from '../delivery/http/http-delivery.ts';
import { packageDelivery } from '../delivery/package/package-delivery.ts';
import { PROCESS_LIMITS } from '../delivery/process/process-limits.ts';
import type { ProcessEnd } from '../delivery/process/worker-process.ts';
import type { CallBoard } from '../delivery/pull/call-board.ts';
import { pullDelivery } from '../delivery/pull/pull-delivery.ts';
import type { HallWorker } from '../hall/hall-options.ts';
import type { PermitKeys } from '../storage/keys/permit-keys.ts';
import { LAYOUT } from './layout.ts';
import type { DeploymentWorker } from './settings/read-workers.ts';
import type { WorkerSettings } from './settings/worker-settings.ts';

/** What all deliveries of a folder share. */
export interface WorkerBase {
  readonly dir: string;
  /** The raw public keys by which the workers know calls of a Hall. */
  readonly permitKeys: Pick<PermitKeys, 'current'>;
  readonly chains: ChainedCallRegistry;
  readonly board: CallBoard;
  /** The values of those secrets that an envelope lists. */
  secrets(names: readonly string[]): Promise<Readonly<Record<string, string>>>;
  readonly log: Logger;
}

/** Creates the deliveries to the workers of a folder. */
export function connectWorkers(workers: readonly DeploymentWorker[], base: WorkerBase): HallWorker[] {
  return workers.map((worker) => ({
    delivery: deliveryTo(worker, base),
    limits: limitsOf(worker.settings),
  }));
}

function deliveryTo(worker: DeploymentWorker, base: WorkerBase): Delivery {
  const { url, pull } = worker.settings;
  if (pull === true) return byPull(worker, base);
  return url === undefined ? byPackage(worker, base) : byHttp(worker, base);
}

function byPull({ settings, record }: DeploymentWorker, { board, chains }: WorkerBase): Delivery {
  return pullDelivery({ record, board, chains, ...given(settings, ['grace_ms']) });
}

function byHttp({ settings, record }: DeploymentWorker, { chains, log }: WorkerBase): Delivery {
  const { url = '', attested = false } = settings;
  return httpDelivery({
    record,
    url,
    attested,
    chains,
    log: (message) => log('warn', message),
    ...given(settings, ['answer_bytes']),
  });
}

function byPackage({ settings, record, env }: DeploymentWorker, base: WorkerBase): Delivery {
  const { dir = '', program, command = [], log_output = false } = settings;
  return packageDelivery({
    record,
    dir: resolve(base.dir, dir),
    run: program === undefined ? { command } : { program },
    node: (settings.node ?? []).map((name) => NODE_OPTIONS[name]),
    snapshots: join(base.dir, LAYOUT.snapshots),
    env,
    isolation: settings.isolation ?? 'contained',
    secrets: base.secrets,
    granted: record.privilege_envelope ?? null,
    sandbox: sandboxOf(settings),
    private_hosts: settings.private_hosts ?? [],
    permits: { hall_keys: () => base.permitKeys.current, store: resolve(base.dir, LAYOUT.permits) },
    limits: given(settings, [
      'processes',
      'memory_mb',
      'answer_bytes',
      'idle_ms',
      'grace_ms',
      'dispatches',
      'calls',
    ]),
    log: (end) => logEnd(base.log, end, log_output),
  });
}

/** What a program may use of Node, by the word for it in `server.json`. */
const NODE_OPTIONS = {
  sqlite: '--experimental-sqlite',
  addons: '--allow-addons',
  workers: '--allow-worker',
  wasi: '--allow-wasi',
} as const;

const MIB = 1024 * 1024;

/** What the processes of a worker may use, in the units of a sandbox. */
function sandboxOf({ threads, cpu_seconds, open_files, file_mb, disk_mb }: WorkerSettings) {
  return {
    ...(threads !== undefined && { processes: threads }),
    ...(cpu_seconds !== undefined && { cpu_seconds }),
    ...(open_files !== undefined && { open_files }),
    ...(file_mb !== undefined && { file_bytes: file_mb * MIB }),
    ...(disk_mb !== undefined && { disk_bytes: disk_mb * MIB }),
  };
}

/**
 * A worker has as many calls at a time as processes: what waits does so in the admission scheduler, where urgent
 * calls go first and a dispatch chain that would wait for itself is noticed.
 */
function limitsOf(settings: WorkerSettings): NonNullable<HallWorker['limits']> {
  const { url, pull = false, processes = PROCESS_LIMITS.processes } = settings;
  return {
    ...(url === undefined && !pull && { concurrency: processes }),
    ...given(settings, ['concurrency', 'waiting', 'failures', 'cooldown_ms']),
  };
}

/** The named settings that are present. */
type Given<N extends keyof WorkerSettings> = { [M in N]?: Exclude<WorkerSettings[M], undefined> };

function given<N extends keyof WorkerSettings>(settings: WorkerSettings, names: readonly N[]): Given<N> {
  const present = names.filter((name) => settings[name] !== undefined);
  return Object.fromEntries(present.map((name) => [name, settings[name]])) as Given<N>;
}

type WorkerEnd = ProcessEnd & { readonly worker_id: string };

/** Logs how a process failed. What it wrote may hold what a tenant sent: only the operator's wish puts it into the log. */
function logEnd(log: Logger, end: WorkerEnd, isOutputLogged: boolean): void {
  const { worker_id, code, reason } = end;
  if (code === null) return;
  const why = reason === undefined ? '' : ` ${escapeText(reason)}`;
  const output = end.stderr.trim() === '' ? '' : ` ${isOutputLogged ? shown(end) : summarised(end)}`;
  log('warn', `${worker_id}: ${DELIVERY_CODES[code].message}${why}${output}`);
}

/** Made harmless to a terminal. */
function shown({ stderr }: WorkerEnd): string {
  return `Its last output: ${escapeText(stderr.trim())}`;
}

function summarised({ stderr, stderr_bytes }: WorkerEnd): string {
  return `It wrote ${stderr_bytes} bytes to standard error, the last of which have ${sha256(stderr)}; with "log_output": true they stand here.`;
}
