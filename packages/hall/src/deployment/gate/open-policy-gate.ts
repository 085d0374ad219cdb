import { type LoadedGate, openGate, PolicyError, type PolicyFinding } from '@wcp/policy';
import type { Logger } from '../../base/logger.ts';
import { DeploymentError, type DeploymentFinding } from '../deployment-error.ts';
import { LAYOUT } from '../layout.ts';
import type { Env } from '../settings/server-file.ts';
import type { ServerSettings } from '../settings/server-settings.ts';
import { gateSource } from './gate-settings.ts';

/** How a gate of a folder is opened. */
interface GateBase {
  readonly dir: string;
  readonly server: ServerSettings;
  readonly env: Env;
  readonly log: Logger;
}

/**
 * Opens the policy gate that `server.json` names, and watches its policies; null where it names none.
 *
 * @throws {DeploymentError} with every finding: without its gate, a Hall would deny what its rules let the gate decide
 */
export async function openPolicyGate({ dir, server, env, log }: GateBase): Promise<LoadedGate | null> {
  if (server.gate === undefined) return null;
  try {
    return await openGate(gateSource(server.gate, { dir, env }), { watch: true, log });
  } catch (error) {
    if (error instanceof PolicyError) throw new DeploymentError(error.findings.map(asDeploymentFinding));
    throw error;
  }
}

function asDeploymentFinding({ file, line, code, message, remedy }: PolicyFinding): DeploymentFinding {
  const place = file === null || line === null ? file : `${file}:${line}`;
  return { file: place ?? LAYOUT.server, path: null, code, message: `${message} ${remedy}` };
}
