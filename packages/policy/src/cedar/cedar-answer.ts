import { WcpError } from '@wcp/spec';

/** What the engine says of a request, as far as it counts. */
export interface CedarAnswer {
  readonly decision: 'allow' | 'deny';
  /** The policies that decided, by their ids. */
  readonly reason: readonly string[];
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads the engine's answer.
 *
 * @throws {Error} where the engine failed, or a policy did: the engine skips it, and one that forbids would then forbid
 * nothing
 * @throws {WcpError} `ERR_WCP_POLICY_ANSWER` where it answered anything else
 */
export function readCedarAnswer(answer: unknown): CedarAnswer {
  const { type, errors: failures, response } = membersOf(answer);
  if (type === 'failure') throw new Error(messagesOf(failures));
  const { decision, diagnostics } = membersOf(response);
  const { reason, errors } = membersOf(diagnostics);
  const isDecision = type === 'success' && (decision === 'allow' || decision === 'deny');
  if (!isDecision || !isTexts(reason) || !Array.isArray(errors)) {
    throw new WcpError('ERR_WCP_POLICY_ANSWER', 'The policy engine did not answer as Cedar does.');
  }
  const [failed] = errors;
  if (failed === undefined) return { decision, reason };
  const { policyId, error } = membersOf(failed);
  throw new Error(`The policy ${policyId} failed: ${membersOf(error)['message']}`);
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function messagesOf(failures: unknown): string {
  const all: readonly unknown[] = Array.isArray(failures) ? failures : [];
  return all.map((failure) => membersOf(failure)['message']).join(' ');
}
