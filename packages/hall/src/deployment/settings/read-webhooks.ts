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
    const finding = secret === '' ? missingVariable(path, secret_env) : checkSecret(path, secret_env, secret);
    if (finding === null) return [{ url, secret }];
    findings.push(finding);
    return [];
  });
}

function checkSecret(path: string, name: string, secret: string): DeploymentFinding | null {
  try {
    new Webhook(secret);
    return null;
  } catch {
    const message = `The environment variable ${name} is not a webhook secret (whsec_ and base64).`;
    return serverFinding({ path, code: 'SECRET_INVALID', message });
  }
}
