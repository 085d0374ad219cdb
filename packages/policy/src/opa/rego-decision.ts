import { WcpError } from '@wcp/spec';
import type { EngineAnswer } from '../base/policy-source.ts';

/** The members that a decision of Rego may have. */
const MEMBERS: readonly string[] = ['decision', 'reason', 'supervisor_level'];

/**
 * Reads the value of a rule of Rego. Either an object with `decision`, `reason` and, with `REQUIRE_HUMAN`,
 * `supervisor_level`; the gate checks each. Or a boolean, as rules that are called `allow` have: true allows.
 *
 * @param value undefined where the rule is
 * @throws {WcpError} `ERR_WCP_POLICY_ANSWER` for anything else
 */
export function readRegoDecision(value: unknown, path: string): EngineAnswer {
  const rule = `data.${path.replaceAll('/', '.')}`;
  if (value === undefined) throw notADecision(`${rule} is undefined for this request`);
  if (value === true) return { decision: 'ALLOW', reason: `${rule} is true` };
  if (value === false) return { decision: 'DENY', reason: `${rule} is false` };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw notADecision(`${rule} is neither an object nor a boolean`);
  }
  const unknown = Object.keys(value).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined)
    throw notADecision(`${rule} has the member ${JSON.stringify(unknown.slice(0, 40))}`);
  return value as EngineAnswer;
}

function notADecision(fault: string): WcpError {
  return new WcpError('ERR_WCP_POLICY_ANSWER', `The policy did not give a decision: ${fault}.`);
}
