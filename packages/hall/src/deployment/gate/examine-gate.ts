import { openGate, PolicyError, type PolicyFinding } from '@wcp/policy';
import type { DeploymentFinding } from '../deployment-error.ts';
import { readServerFile } from '../settings/server-file.ts';
import { gateSource } from './gate-settings.ts';

/** What a policy gate would be, were the Hall of a folder started now. */
export interface GateExamination {
  /** `cedar`, `opa`, `authzen`; null where `server.json` cannot be read. */
  readonly kind: string | null;
  /** `sha256:` of what would decide; null where something is wrong. */
  readonly policy_version: string | null;
  /** Everything that is wrong; empty where the gate would open. */
  readonly findings: readonly PolicyFinding[];
}

/**
 * Loads and tests the policies that the `server.json` of a folder names, without starting the Hall.
 *
 * @returns null where it names none
 * @example
 * import { examineGate } from '@wcp/hall';
 *
 * const gate = await examineGate('my-hall');
 * for (const { file, line, message } of gate?.findings ?? []) console.error(file, line, message);
 */
export async function examineGate(dir: string): Promise<GateExamination | null> {
  const read = await readServerFile(dir);
  if (!read.ok) return { kind: null, policy_version: null, findings: read.findings.map(asPolicyFinding) };
  if (read.settings.gate === undefined) return null;
  const source = gateSource(read.settings.gate, dir);
  const { kind } = source;
  try {
    const gate = await openGate(source);
    await gate.close();
    return { kind, policy_version: gate.policy_version, findings: [] };
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return { kind, policy_version: null, findings: error.findings };
  }
}

function asPolicyFinding({ file, path, code, message }: DeploymentFinding): PolicyFinding {
  const said = path === null ? message : `${path}: ${message}`;
  return { file, line: null, code, message: said, remedy: 'Correct it in this file.' };
}
