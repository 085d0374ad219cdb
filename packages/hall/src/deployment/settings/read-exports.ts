import { resolve } from 'node:path';
import type { ExportOptions, HttpTargetOptions } from '../../export/export-target.ts';
import type { DeploymentFinding } from '../deployment-error.ts';
import { checkWebhookSecret } from './read-webhooks.ts';
import { type Env, missingVariable } from './server-file.ts';
import type { ServerSettings } from './server-settings.ts';

type Row = ServerSettings['exports'][number];

/** Where receipts are sent, with what the environment holds; what is missing is added to `findings`. */
export function readExports(
  { exports }: ServerSettings,
  { dir, env }: { readonly dir: string; readonly env: Env },
  findings: DeploymentFinding[],
): ExportOptions[] {
  return exports.map(({ name, as: form, from, file, http }, index) => ({
    name,
    form,
    ...(from !== undefined && { from }),
    target:
      file === undefined
        ? readHttp(http as NonNullable<Row['http']>, `/exports/${index}/http`, env, findings)
        : { ...file, path: resolve(dir, file.path) },
  }));
}

function readHttp(
  { bearer_env, secret_env, ...http }: NonNullable<Row['http']>,
  path: string,
  env: Env,
  findings: DeploymentFinding[],
): HttpTargetOptions {
  const bearer = variable('bearer_env', bearer_env);
  const secret = variable('secret_env', secret_env);
  if (secret !== undefined && secret_env !== undefined) {
    findings.push(...checkWebhookSecret(`${path}/secret_env`, secret_env, secret));
  }
  return { ...http, ...(bearer !== undefined && { bearer }), ...(secret !== undefined && { secret }) };

  function variable(member: string, name: string | undefined): string | undefined {
    if (name === undefined) return undefined;
    const value = env[name] ?? '';
    if (/^[\x21-\x7e]+$/.test(value)) return value;
    findings.push(missingVariable(`${path}/${member}`, name));
    return undefined;
  }
}
