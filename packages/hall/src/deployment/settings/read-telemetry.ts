import type { TelemetryOptions } from '../../telemetry/telemetry-options.ts';
import type { DeploymentFinding } from '../deployment-error.ts';
import { readEnvironment } from './read-environment.ts';
import type { Env } from './server-file.ts';
import type { ServerSettings } from './server-settings.ts';

/** Where telemetry goes, with headers from the environment; variables that are not set are added to `findings`. */
export function readTelemetry(
  { telemetry }: ServerSettings,
  env: Env,
  findings: DeploymentFinding[],
): TelemetryOptions | undefined {
  if (telemetry === undefined) return undefined;
  const { headers = {}, ...otlp } = telemetry.otlp;
  return { otlp: { ...otlp, headers: readEnvironment(headers, '/telemetry/otlp/headers', env, findings) } };
}
