import { checkPolicies, type PolicyCheck, type PolicyCheckOptions, type PolicyFinding } from '@wcp/policy';
import type { DeploymentFinding } from '../deployment-error.ts';
import { type Env, readServerFile } from '../settings/server-file.ts';
import { gateSource } from './gate-settings.ts';

/** What a policy gate would be, were the Hall of a folder started now. */
export interface GateExamination extends Omit<PolicyCheck, 'kind'> {
  /** `cedar`, `opa`, `authzen`; null where `server.json` cannot be read. */
  readonly kind: string | null;
}

/** How a gate is examined. */
export interface GateExaminationOptions extends PolicyCheckOptions {
  /** The environment variables that `server.json` names (default: none is looked at). */
  readonly env?: Env | null;
}

/**
 * Loads and tests the policies that the `server.json` of a folder names, without starting the Hall. A server
 * of policies is asked only where that is wanted.
 *
 * @returns null where it names none
 * @example
 * import { examineGate } from '@wcp/hall';
 *
 * const gate = await examineGate('my-hall');
 * for (const { file, line, message } of gate?.findings ?? []) console.error(file, line, message);
 */
export async function examineGate(
  dir: string,
  { env = null, ...options }: GateExaminationOptions = {},
): Promise<GateExamination | null> {
  const read = await readServerFile(dir);
  if (!read.ok) {
    return { kind: null, policy_version: null, findings: read.findings.map(asPolicyFinding), unchecked: [] };
  }
  if (read.settings.gate === undefined) return null;
  return await checkPolicies(gateSource(read.settings.gate, { dir, env }), options);
}

function asPolicyFinding({ file, path, code, message }: DeploymentFinding): PolicyFinding {
  const said = path === null ? message : `${path}: ${message}`;
  return { file, line: null, code, message: said, remedy: 'Correct it in this file.' };
}
