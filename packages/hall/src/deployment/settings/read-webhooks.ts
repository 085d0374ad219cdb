import { Webhook } from 'standardwebhooks';
import type { WebhookTarget } from '../../approval/notification/webhooks.ts';
import type { DeploymentFinding } from '../deployment-error.ts';
import { type Env, missingVariable, serverProblem } from './server-file.ts';
import type { ServerSettings } from './server-settings.ts';

/** Where notices go, each with its secret out of the environment; what is wrong is added to `problems`. */
export function readWebhooks(
  { webhooks }: ServerSettings,
  env: Env,
  problems: DeploymentFinding[],
): WebhookTarget[] {
  return webhooks.flatMap(({ url, secret_env }, index) => {
    const secret = env[secret_env] ?? '';
    const path = `/webhooks/${index}/secret_env`;
    const problem = secret === '' ? missingVariable(path, secret_env) : checkSecret(path, secret_env, secret);
    if (problem === null) return [{ url, secret }];
    problems.push(problem);
    return [];
  });
}

function checkSecret(path: string, name: string, secret: string): DeploymentFinding | null {
  try {
    new Webhook(secret);
    return null;
  } catch {
    const message = `The environment variable ${name} holds no secret of a webhook: whsec_ and base64.`;
    return serverProblem({ path, code: 'SECRET_INVALID', message });
  }
}
