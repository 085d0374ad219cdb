import { ProblemError } from '../../base/problem.ts';
import type { DeploymentFinding } from '../deployment-error.ts';
import { LAYOUT } from '../layout.ts';
import { readJsonFile } from './json-file.ts';
import { readServerSettings, type ServerSettings } from './server-settings.ts';

/** The environment variables of the process. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The settings of a folder, or what is wrong with them. */
export type ServerReading =
  | { readonly ok: true; readonly settings: ServerSettings }
  | { readonly ok: false; readonly findings: readonly DeploymentFinding[] };

/** Reads `server.json`, which may be absent: everything has a default. */
export async function readServerFile(dir: string): Promise<ServerReading> {
  const file = await readJsonFile(dir, LAYOUT.server);
  if (!file.ok && !file.isAbsent) return failed([{ path: null, code: 'NOT_JSON', message: file.message }]);
  try {
    return { ok: true, settings: readServerSettings(file.ok ? file.value : {}) };
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.findings);
    throw error;
  }
}

function failed(findings: readonly Omit<DeploymentFinding, 'file'>[]): ServerReading {
  return { ok: false, findings: findings.map((finding) => serverFinding(finding)) };
}

/** Something wrong with `server.json`. */
export function serverFinding({ path, code, message }: Omit<DeploymentFinding, 'file'>): DeploymentFinding {
  return { file: LAYOUT.server, path, code, message };
}

/** The finding of a variable that is not set. */
export function missingVariable(path: string, name: string): DeploymentFinding {
  const message = `The environment variable ${name} is not set. Set it and start again.`;
  return serverFinding({ path, code: 'VARIABLE_MISSING', message });
}
