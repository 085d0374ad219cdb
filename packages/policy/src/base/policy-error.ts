import { WcpError } from '@wcp/spec';
import type { PolicyFinding } from './policy-finding.ts';

/**
 * Thrown where a gate cannot be opened: `ERR_WCP_POLICY`, with every finding.
 *
 * @example
 * import { openGate, PolicyError } from '@wcp/policy';
 * import { cedarPolicies } from '@wcp/policy/cedar';
 *
 * try {
 *   await openGate(cedarPolicies({ path: 'policies' }));
 * } catch (error) {
 *   if (!(error instanceof PolicyError)) throw error;
 *   for (const { file, line, code, message } of error.findings) console.error(file, line, code, message);
 * }
 */
export class PolicyError extends WcpError {
  readonly findings: readonly PolicyFinding[];

  constructor(findings: readonly PolicyFinding[], options?: { readonly cause?: unknown }) {
    super('ERR_WCP_POLICY', findings.map(({ message }) => message).join(' '), options);
    this.name = 'PolicyError';
    this.findings = findings;
  }
}
