import type { DeploymentFinding } from '../deployment-error.ts';
import type { EnvironmentSettings } from './fields.ts';
import { type Env, missingVariable } from './server-file.ts';

/** The variables of a program; those that the Hall was to pass on and does not have are added to `findings`. */
export function readEnvironment(
  settings: EnvironmentSettings,
  path: string,
  own: Env,
  findings: DeploymentFinding[],
): Record<string, string> {
  const variables = Object.entries(settings).flatMap(([name, value]): [string, string][] => {
    if (typeof value === 'string') return [[name, value]];
    const taken = own[value.from];
    if (taken === undefined) findings.push(missingVariable(`${path}/${name}/from`, value.from));
    return taken === undefined ? [] : [[name, taken]];
  });
  return Object.fromEntries(variables);
}
