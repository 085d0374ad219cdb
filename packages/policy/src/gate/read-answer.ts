import type { PolicyVerdict } from '@wcp/router';
import { WcpError } from '@wcp/spec';
import { isSupervisorLevel } from '@wcp/spec/document';
import { readCanonical } from '@wcp/spec/json';
import { MAX_REASON } from '../base/verdict-limits.ts';

const MAX_VERSION = 200;
const MEMBERS: readonly string[] = ['decision', 'policy_version', 'reason', 'supervisor_level'];

/**
 * Reads what an engine answered as a verdict of step 13.
 *
 * @param policy_version of the engine, where the answer names none
 * @throws {WcpError} `ERR_WCP_POLICY_ANSWER` for anything else
 */
export function readAnswer(answer: unknown, policy_version: string): PolicyVerdict {
  const { text, findings } = readCanonical(answer);
  if (findings.length > 0 || !text.startsWith('{')) throw notAVerdict('it is not a JSON object');
  const verdict = { policy_version, ...(JSON.parse(text) as Readonly<Record<string, unknown>>) };
  const fault = faultOf(verdict);
  if (fault !== null) throw notAVerdict(fault);
  return verdict as unknown as PolicyVerdict;
}

/** Why an answer is not a verdict; null where it is one. */
function faultOf(verdict: Readonly<Record<string, unknown>>): string | null {
  const { decision, reason, policy_version, supervisor_level } = verdict;
  if (decision !== 'ALLOW' && decision !== 'DENY' && decision !== 'REQUIRE_HUMAN') {
    return 'decision is none of ALLOW, DENY and REQUIRE_HUMAN';
  }
  if (!isText(reason, MAX_REASON)) return `reason is not a text of at most ${MAX_REASON} characters`;
  if (!isText(policy_version, MAX_VERSION)) return 'policy_version is not a short text';
  if (Object.keys(verdict).some((name) => !MEMBERS.includes(name)))
    return 'it has a member that no verdict has';
  if (!Object.hasOwn(verdict, 'supervisor_level')) return null;
  if (decision !== 'REQUIRE_HUMAN') return 'only REQUIRE_HUMAN may name a supervisor level';
  return isSupervisorLevel(supervisor_level) ? null : 'supervisor_level is not a level';
}

function isText(value: unknown, max: number): boolean {
  return typeof value === 'string' && value.length <= max;
}

function notAVerdict(fault: string): WcpError {
  return new WcpError('ERR_WCP_POLICY_ANSWER', `The policy engine did not answer with a verdict: ${fault}.`);
}
