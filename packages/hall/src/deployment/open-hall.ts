import { join } from 'node:path';
import type { LoadedGate } from '@wcp/policy';
import { WcpError } from '@wcp/spec';
import { consoleCallback } from '../approval/notification/console-callback.ts';
import type { Logger } from '../base/logger.ts';
import { ChainedCallRegistry } from '../delivery/chained-call-registry.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { CallBoard } from '../delivery/pull/call-board.ts';
import { type AssembledHall, assembleHall } from '../hall/create-hall.ts';
import type { HallOptions, HallWorker } from '../hall/hall-options.ts';
import { PermitKeys } from '../storage/keys/permit-keys.ts';
import { backupsOf } from './backup/back-up-running.ts';
import { connectWorkers, type WorkerBase } from './connect-workers.ts';
import type { ExampleEnrolment } from './create/attest-example.ts';
import { type FolderKeys, keyFilesOf } from './create/key-folder.ts';
import { DeploymentError, type DeploymentFinding } from './deployment-error.ts';
import type { DeploymentDocuments } from './documents.ts';
import { LAYOUT } from './layout.ts';
import type { DeploymentSettings } from './settings/deployment-settings.ts';
import { readSecrets } from './settings/read-secrets.ts';

/** A folder that was read, and what stands around it. */
export interface DeploymentBase {
  readonly dir: string;
  readonly settings: DeploymentSettings;
  readonly documents: DeploymentDocuments;
  readonly keys: FolderKeys;
  readonly example: ExampleEnrolment | null;
  readonly gate: LoadedGate | null;
  readonly offersApprovalTools: boolean;
  readonly around: (delivery: Delivery) => Delivery;
  readonly log: Logger;
}

/**
 * Opens the Hall of a folder that was read.
 *
 * @throws {DeploymentError} where it cannot be opened
 */
export async function openHall(base: DeploymentBase): Promise<AssembledHall> {
  try {
    return await assembleHall({
      ...documentsOf(base),
      ...keyOptions(base),
      ...serverOptions(base),
      ...workerOptions(base),
    });
  } catch (error) {
    await base.gate?.close();
    if (!(error instanceof WcpError)) throw error;
    throw new DeploymentError([findingOf(error)], { cause: error });
  }
}

/** What the folder itself holds. */
function documentsOf({ dir, documents: { rules, config }, gate, settings }: DeploymentBase): HallOptions {
  const { postgres } = settings;
  const files = {
    ...(postgres === undefined ? { file: join(dir, LAYOUT.store) } : { postgres }),
    mark: join(dir, LAYOUT.mark),
    data_keys: join(dir, LAYOUT.dataKeys),
    archive: join(dir, LAYOUT.archive),
  };
  return { rules, config, ...files, ...(gate !== null && { policyGate: gate }) };
}

/** The keys of the folder, and the programs that hold others. */
function keyOptions({ dir, settings, keys }: DeploymentBase): HallOptions {
  const { key, store_key } = keys;
  const { signer } = settings;
  const next = settings.next_signer ?? (signer === undefined ? keys.next : null);
  const programs = { ...(signer !== undefined && { signer }), ...(next !== null && { next }) };
  return { key, store_key, ...programs, ...(signer === undefined && { key_files: keyFilesOf(dir) }) };
}

/** What `server.json` says, and whoever opens the Hall. */
function serverOptions({ dir, settings, keys, offersApprovalTools, log }: DeploymentBase): HallOptions {
  const { server, telemetry, exports, attest_hmac_key } = settings;
  const { origin, timeout_ms, limits: http, tenants, authzen, public_url = addressOf(server) } = server;
  return {
    ...{ origin, timeout_ms, http, tenants, authzen, attest_hmac_key, offersApprovalTools, log },
    ...(public_url !== undefined && { public_url }),
    ...(telemetry !== undefined && { telemetry }),
    notify: { webhooks: settings.webhooks, callbacks: [consoleCallback(log)] },
    exports,
    ...approvalOptions(settings.approvals),
    banLists: { subscriptions: settings.subscriptions },
    checkpoints: settings.checkpoints,
    ...backupOption(dir, settings, keys),
    log_requests: server.log.requests === true,
  };
}

function backupOption(
  dir: string,
  { server: { backups } }: DeploymentSettings,
  { store_key }: FolderKeys,
): Pick<HallOptions, 'makeBackup'> {
  return backups === undefined ? {} : { makeBackup: backupsOf({ dir, backups: backups.dir, store_key }) };
}

function workerOptions(base: DeploymentBase): HallOptions {
  const shared = {
    chains: new ChainedCallRegistry(),
    board: new CallBoard(),
    permitKeys: new PermitKeys(),
  };
  const { authorities: pulling_authorities } = base.settings.server.pull;
  return { ...shared, workers: workersOf(base, shared), pulling_authorities };
}

/** What keeps a store from being opened, as a finding about the folder. */
export function findingOf({ code, message }: WcpError): DeploymentFinding {
  const file = FILES[code] ?? (code.startsWith('ERR_WCP_STORE') ? LAYOUT.store : null);
  const known = CODES[code] ?? 'STORE_UNUSABLE';
  return { file, path: null, code: known, message };
}

const FILES: Readonly<Record<string, string>> = {
  ERR_WCP_LOG_KEY: LAYOUT.key,
  ERR_WCP_SIGNER: LAYOUT.server,
};

/** Findings that are not about the store being unusable. */
const CODES: Readonly<Record<string, string>> = {
  ERR_WCP_STORE_TAMPERED: 'STORE_TAMPERED',
  ERR_WCP_LOG_KEY: 'KEY_NOT_IN_FORCE',
  ERR_WCP_SIGNER: 'SIGNER_UNUSABLE',
  ERR_WCP_HALL: 'NOT_OPENED',
};

function approvalOptions({
  demands: approvalDemands,
  webauthn,
  chats,
}: DeploymentSettings['approvals']): Partial<HallOptions> {
  return {
    approvalDemands,
    ...(webauthn !== undefined && { webauthn }),
    ...(chats !== undefined && { chats }),
  };
}

function workersOf(
  base: DeploymentBase,
  shared: Pick<WorkerBase, 'chains' | 'board' | 'permitKeys'>,
): HallWorker[] {
  const { dir, settings, example, around, log } = base;
  return connectWorkers(settings.workers, {
    dir,
    ...shared,
    log,
    secrets: (names) => readSecrets(names, settings.secrets, dir),
  }).map((worker) => ({
    ...worker,
    ...(worker.delivery.record.worker_id === example?.record.worker_id && example),
    delivery: around(worker.delivery),
  }));
}

/** Where workers of this machine reach the Hall; unknown where the system chooses the port. */
function addressOf({ host, port }: DeploymentSettings['server']): string | undefined {
  return port === 0 ? undefined : `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
