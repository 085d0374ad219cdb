import { isSupervisorLevel } from '@wcp/spec/document';
import { readCanonical } from '@wcp/spec/json';
import type { PolicyGate, PolicyGateRequest, PolicyVerdict } from '../world/policy-gate.ts';

/** What asking a gate gave: a verdict, or why there is none. */
export type GateAnswer = PolicyVerdict | 'invalid' | 'error';

/** Asks a gate in this process; one that throws or answers anything but a verdict takes nothing down. */
export function askGate(gate: PolicyGate, request: PolicyGateRequest): GateAnswer {
  let answer: unknown;
  try {
    answer = gate(request);
  } catch {
    return 'error';
  }
  const verdict = readVerdict(answer);
  if (verdict === 'invalid') silence(answer);
  return verdict;
}

/** A promise is not a verdict, whatever its class and realm; its later rejection must not end the process. */
function silence(answer: unknown): void {
  try {
    Promise.prototype.then.call(answer, undefined, () => {});
  } catch {
    // It was not a promise.
  }
}

const MEMBERS = ['decision', 'policy_version', 'reason'];
const WITH_LEVEL = [...MEMBERS, 'supervisor_level'];

/** Reads what claims to be a verdict: exactly its members, or it is invalid (section 13, "A verdict"). */
export function readVerdict(value: unknown): GateAnswer {
  const { text, findings } = readCanonical(value);
  if (findings.length > 0 || !text.startsWith('{')) return 'invalid';
  if (text === '{"throws":true}') return 'error';
  const verdict: unknown = JSON.parse(text);
  return isVerdict(verdict) ? verdict : 'invalid';
}

function isVerdict(value: unknown): value is PolicyVerdict {
  const verdict = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(verdict);
  const asksForHuman = verdict['decision'] === 'REQUIRE_HUMAN';
  const isDecided = asksForHuman || verdict['decision'] === 'ALLOW' || verdict['decision'] === 'DENY';
  const expected = names.length === WITH_LEVEL.length && asksForHuman ? WITH_LEVEL : MEMBERS;
  return (
    isDecided &&
    names.length === expected.length &&
    names.every((name, index) => name === expected[index] && typeof verdict[name] === 'string') &&
    (expected === MEMBERS || isSupervisorLevel(verdict['supervisor_level']))
  );
}
