import type { SignerCommand } from '@wcp/evidence/key';
import type { WebhookTarget } from '../../approval/notification/webhooks.ts';
import type { CheckpointOptions } from '../../checkpoints/checkpoint-options.ts';
import type { ExportOptions } from '../../export/export-target.ts';
import type { BanListSubscription } from '../../registry/ban-list/ban-list-options.ts';
import type { PostgresSettings } from '../../storage/postgres/postgres-settings.ts';
import type { TelemetryOptions } from '../../telemetry/telemetry-options.ts';
import { DeploymentError, type DeploymentFinding } from '../deployment-error.ts';
import { type DeploymentApprovals, readApprovals } from './approvals/read-approvals.ts';
import { readSubscriptions } from './ban-list-settings.ts';
import { readCheckpointSettings } from './read-checkpoints.ts';
import { readExports } from './read-exports.ts';
import { readSecretSources, type SecretSources } from './read-secrets.ts';
import { readSigner } from './read-signer.ts';
import { readStore } from './read-store.ts';
import { readTelemetry } from './read-telemetry.ts';
import { readWebhooks } from './read-webhooks.ts';
import { type DeploymentWorker, readWorkers } from './read-workers.ts';
import { type Env, readServerFile } from './server-file.ts';
import type { ServerSettings } from './server-settings.ts';

/** What `server.json` says, with everything that it names. */
export interface DeploymentSettings {
  readonly server: ServerSettings;
  readonly webhooks: readonly WebhookTarget[];
  readonly approvals: DeploymentApprovals;
  readonly workers: readonly DeploymentWorker[];
  /** Where the secrets of workers come from. */
  readonly secrets: SecretSources;
  readonly subscriptions: readonly BanListSubscription[];
  readonly checkpoints: CheckpointOptions;
  readonly telemetry: TelemetryOptions | undefined;
  readonly exports: readonly ExportOptions[];
  /** The program that signs the log, and the one that signs it after the next rotation. */
  readonly signer: SignerCommand | undefined;
  readonly next_signer: SignerCommand | undefined;
  /** The database of the store; undefined where that is a file of the folder. */
  readonly postgres: PostgresSettings | undefined;
  /** The key of manifests in the HMAC form. */
  readonly attest_hmac_key: string | undefined;
}

/**
 * Reads `server.json`, the records of its workers and the variables that it names.
 *
 * @throws {DeploymentError} with every mistake in any of them
 */
export async function readDeploymentSettings(dir: string, env: Env): Promise<DeploymentSettings> {
  const read = await readServerFile(dir);
  if (!read.ok) throw new DeploymentError(read.findings);
  const findings: DeploymentFinding[] = [];
  const webhooks = readWebhooks(read.settings, env, findings);
  const approvals = await readApprovals(read.settings, dir, env, findings);
  const secrets = readSecretSources(read.settings.secrets, env, findings);
  const telemetry = readTelemetry(read.settings, env, findings);
  const exports = readExports(read.settings, { dir, env }, findings);
  const workers = await readWorkers(read.settings, { dir, env }, findings);
  const checkpoints = await readCheckpointSettings(read.settings, dir, findings);
  const signer = readSigner(read.settings.signer, '/signer', { dir, env }, findings);
  const next_signer = readSigner(read.settings.next_signer, '/next_signer', { dir, env }, findings);
  const postgres = await readStore(read.settings.store, { dir, env }, findings);
  if (findings.length > 0) throw new DeploymentError(findings);
  const subscriptions = readSubscriptions(read.settings.ban_lists, dir);
  const { WCP_ATTEST_HMAC_KEY: attest_hmac_key } = env;
  const named = {
    webhooks,
    approvals,
    secrets,
    workers,
    subscriptions,
    checkpoints,
    telemetry,
    exports,
    attest_hmac_key,
  };
  return { server: read.settings, signer, next_signer, postgres, ...named };
}
