import { Webhook } from 'standardwebhooks';
import type { WebhookTarget } from '../../approval/notification/webhooks.ts';
import type { DeploymentFinding } from '../deployment-error.ts';
import { type Env, missingVariable, serverFinding } from './server-file.ts';
import type { ServerSettings } from './server-settings.ts';

/** The webhooks with their secrets from the environment; what is wrong is added to `findings`. */
export function readWebhooks(
  { webhooks }: ServerSettings,
  env: Env,
  findings: DeploymentFinding[],
): WebhookTarget[] {
  return webhooks.flatMap(({ url, secret_env }, index) => {
    const secret = env[secret_env] ?? '';
    const path = `/webhooks/${index}/secret_env`;
    const found =
      secret === '' ? [missingVariable(path, secret_env)] : checkWebhookSecret(path, secret_env, secret);
    findings.push(...found);
    return found.length === 0 ? [{ url, secret }] : [];
  });
}

/** What is wrong with a secret that requests are signed with. */
export function checkWebhookSecret(path: string, name: string, secret: string): DeploymentFinding[] {
  try {
    new Webhook(secret);
    return [];
  } catch {
    const message = `The environment variable ${name} is not a webhook secret (whsec_ and base64).`;
    return [serverFinding({ path, code: 'SECRET_INVALID', message })];
  }
}
