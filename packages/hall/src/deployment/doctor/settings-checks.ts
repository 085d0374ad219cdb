import { join } from 'node:path';
import { FOREIGN_TEXT_LIMITS } from '@wcp/spec/json';
import { DeploymentError, type DeploymentFinding } from '../deployment-error.ts';
import { LAYOUT } from '../layout.ts';
import { type DeploymentSettings, readDeploymentSettings } from '../settings/deployment-settings.ts';
import { readJsonFile } from '../settings/json-file.ts';
import { readServerFile } from '../settings/server-file.ts';
import { type CheckBase, type DeploymentCheck, fail, ok } from './check.ts';
import { placeIn } from './folder-checks.ts';
import { asking, editing, shellWord } from './shell-command.ts';

/** What the settings say, where they say something, and what is wrong with them. */
interface SettingsReading {
  readonly settings: DeploymentSettings | null;
  readonly checks: readonly DeploymentCheck[];
}

/** Reads `server.json` and the records of its workers. */
export async function settingsChecks({ dir, env }: CheckBase): Promise<SettingsReading> {
  try {
    const settings = await readDeploymentSettings(dir, env);
    return { settings, checks: [ok('settings', 'server.json and the records of its workers are valid.')] };
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    const checks = await Promise.all(error.findings.map((finding) => checkOf(dir, finding)));
    return { settings: null, checks };
  }
}

async function checkOf(dir: string, finding: DeploymentFinding): Promise<DeploymentCheck> {
  const { file, path, message, code } = finding;
  const remedy = (await REMEDIES[code]?.(dir, finding)) ?? editing(join(dir, file ?? LAYOUT.server));
  return fail('settings', message, { subject: `${file ?? ''}${path ?? ''}`, remedy });
}

type Remedy = (dir: string, finding: DeploymentFinding) => string | null | Promise<string | null>;

/** Where something else than the text of a file is to be changed. */
const REMEDIES: Readonly<Record<string, Remedy>> = {
  VARIABLE_MISSING: (_, { message }) => {
    const name = /variable ([A-Za-z_][A-Za-z0-9_]*) is/.exec(message)?.[1];
    return name === undefined ? null : asking(name);
  },
  WORKER_MISSING: async (dir, { path }) => {
    const read = await readServerFile(dir);
    const index = Number(/^\/workers\/(\d+)\/program$/.exec(path ?? '')?.[1] ?? -1);
    const folder = read.ok ? read.settings.workers[index]?.dir : undefined;
    if (folder === undefined) return null;
    const place = placeIn(dir, folder);
    return (await hasBuild(place)) ? `npm --prefix ${shellWord(place)} run build` : null;
  },
};

async function hasBuild(folder: string): Promise<boolean> {
  const file = await readJsonFile(folder, 'package.json', FOREIGN_TEXT_LIMITS);
  return file.ok && Object(Object(file.value).scripts).build !== undefined;
}
