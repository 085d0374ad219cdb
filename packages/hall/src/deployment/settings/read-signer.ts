import { resolve } from 'node:path';
import type { SignerCommand } from '@wcp/evidence/key';
import type { DeploymentFinding } from '../deployment-error.ts';
import { readEnvironment } from './read-environment.ts';
import { usualVariables } from './read-secrets.ts';
import type { Env } from './server-file.ts';
import type { SignerSettings } from './signer-settings.ts';

/** The program that signs the log, with its variables; those that are not set are added to `findings`. */
export function readSigner(
  settings: SignerSettings | undefined,
  path: string,
  { dir, env: own }: { readonly dir: string; readonly env: Env },
  findings: DeploymentFinding[],
): SignerCommand | undefined {
  if (settings === undefined) return undefined;
  const { command, timeout_ms } = settings;
  const env = { ...usualVariables(own), ...readEnvironment(settings.env, `${path}/env`, own, findings) };
  return { command, env, cwd: resolve(dir), ...(timeout_ms !== undefined && { timeout_ms }) };
}
