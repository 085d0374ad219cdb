import type { BanSubscription } from '../bans/ban-options.ts';
import type { WebhookTarget } from '../notify/webhooks.ts';
import { readSubscriptions } from './ban-list-settings.ts';
import { type FolderProblem, HallFolderError } from './folder-error.ts';
import { readWebhooks } from './read-webhooks.ts';
import { type FolderWorker, readWorkers } from './read-workers.ts';
import { type Env, readServerFile } from './server-file.ts';
import type { ServerSettings } from './server-settings.ts';

/** What `server.json` says, with everything that it names. */
export interface FolderSettings {
  readonly server: ServerSettings;
  readonly webhooks: readonly WebhookTarget[];
  readonly workers: readonly FolderWorker[];
  readonly subscriptions: readonly BanSubscription[];
  /** The key of manifests in the HMAC form. */
  readonly attest_hmac_key: string | undefined;
}

/**
 * Reads `server.json`, the records of its workers and the variables that it names.
 *
 * @throws {HallFolderError} with every mistake in any of them
 */
export async function readFolderSettings(dir: string, env: Env): Promise<FolderSettings> {
  const read = await readServerFile(dir);
  if (!read.ok) throw new HallFolderError(read.problems);
  const problems: FolderProblem[] = [];
  const webhooks = readWebhooks(read.settings, env, problems);
  const workers = await readWorkers(read.settings, { dir, env }, problems);
  if (problems.length > 0) throw new HallFolderError(problems);
  const subscriptions = readSubscriptions(read.settings.ban_lists, dir);
  const { WCP_ATTEST_HMAC_KEY: attest_hmac_key } = env;
  return { server: read.settings, webhooks, workers, subscriptions, attest_hmac_key };
}
