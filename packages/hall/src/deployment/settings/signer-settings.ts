import { resolve } from 'node:path';
import type { SignerCommand } from '@wcp/evidence/key';
import { z } from 'zod';
import type { DeploymentFinding } from '../deployment-error.ts';
import { count, environment, text } from './fields.ts';
import { usualVariables } from './read-secrets.ts';
import { readEnvironment } from './read-environment.ts';
import type { Env } from './server-file.ts';

const SIGNER = 'A signer is {"command": […], "env": …, "timeout_ms": …}.';
const COMMAND = 'command must be a list of texts: the program that signs the log, and its arguments.';
const TIMEOUT = 'timeout_ms, the time that a signature may take, must be from 100 to 60000 milliseconds.';

/** A program that signs the log. */
export const signerSchema = z.strictObject(
  {
    command: z.array(text(COMMAND), COMMAND).min(1, COMMAND),
    env: environment.default({}),
    timeout_ms: count(TIMEOUT, 60_000, 100).exactOptional(),
  },
  SIGNER,
);

/** A program that signs the log, as `server.json` says it. */
export type SignerSettings = z.infer<typeof signerSchema>;

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
