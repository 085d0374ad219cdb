import { WcpError } from '@wcp/spec';
import type { EngineAnswer } from '../base/policy-source.ts';

type Members = Readonly<Record<string, unknown>>;

/** The longest reason that is passed on, in UTF-16 units. */
const MAX_REASON = 2_000;

/**
 * Reads the answer to an evaluation. `decision` says whether it is allowed. A denial whose context has
 * `"outcome": "STEWARD_HOLD"`, as that of a Hall has, asks for a human. An allowance with conditions that nobody here
 * would fulfil is none.
 *
 * @throws {WcpError} `ERR_WCP_POLICY_ANSWER` for anything else
 */
export function readEvaluation(answer: unknown): EngineAnswer {
  if (!isObject(answer)) throw notADecision('it is not an object');
  const { decision, context } = answer;
  if (typeof decision !== 'boolean') throw notADecision('decision is neither true nor false');
  if (context !== undefined && !isObject(context)) throw notADecision('context is not an object');
  return { ...verdictOf(decision, context ?? {}), ...versionOf(context ?? {}) };
}

function verdictOf(decision: boolean, context: Members): EngineAnswer {
  const reason = reasonOf(context) ?? `the policy decision point ${decision ? 'permits' : 'denies'} it`;
  if (decision) {
    const condition = conditionOf(context);
    if (condition !== null) throw notADecision(condition);
    return { decision: 'ALLOW', reason };
  }
  return context['outcome'] === HOLD
    ? { decision: 'REQUIRE_HUMAN', reason, ...levelOf(context) }
    : { decision: 'DENY', reason };
}

/** The outcome of a decision that waits for a human: a PDP says with it that it would permit once a human has. */
const HOLD = 'STEWARD_HOLD';

/** Why an allowance is not one: it contradicts itself, or asks for what no gate does. */
function conditionOf(context: Members): string | null {
  const { outcome, obligations, error } = context;
  if (error !== undefined && error !== null) return 'it permits, but with an error';
  if (outcome !== undefined && outcome !== 'DISPATCH') return 'it permits, but its outcome is another one';
  const isFree =
    obligations === undefined ||
    obligations === null ||
    (Array.isArray(obligations) && obligations.length === 0);
  return isFree ? null : 'it permits with obligations, which no gate fulfils';
}

/** The level may be anything here: the gate checks it. */
function levelOf(context: Members): Pick<EngineAnswer, 'supervisor_level'> {
  const { approval } = context;
  const level =
    context['supervisor_level'] ?? (isObject(approval) ? approval['supervisor_level'] : undefined) ?? null;
  return level === null ? {} : { supervisor_level: level as NonNullable<EngineAnswer['supervisor_level']> };
}

/** A version that is no short text is left out: then the hash of what was asked stands in its place. */
function versionOf({ policy_version }: Members): Pick<EngineAnswer, 'policy_version'> {
  const isVersion =
    typeof policy_version === 'string' && policy_version !== '' && policy_version.length <= 200;
  return isVersion ? { policy_version } : {};
}

/** The reason, where AuthZEN shows it: one text, or texts by language or status. */
function reasonOf(context: Members): string | null {
  for (const reason of [context['reason'], context['reason_admin'], context['reason_user']]) {
    const text = isObject(reason) ? (reason['en'] ?? Object.values(reason)[0]) : reason;
    if (typeof text === 'string' && text !== '') return text.slice(0, MAX_REASON).toWellFormed();
  }
  return null;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function notADecision(fault: string): WcpError {
  return new WcpError(
    'ERR_WCP_POLICY_ANSWER',
    `The policy decision point did not give a decision: ${fault}.`,
  );
}
