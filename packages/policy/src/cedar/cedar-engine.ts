import type { PolicyGateRequest } from '@wcp/router';
import { highestLevel } from '@wcp/spec/document';
import type { EngineAnswer, PolicyEngine } from '../base/policy-source.ts';
import { MAX_REASON } from '../base/verdict-limits.ts';
import type { Cedar } from './engine-package.ts';
import type { CedarPolicy } from './policy/cedar-policy.ts';
import { formOf, type RequestForm, writeRequest } from './request/request-form.ts';

/** The name under which the engine keeps the policies. */
const SET = 'gate';

/** Policies that the engine has read, and what decides about them. */
export class CedarEngine implements PolicyEngine {
  readonly policy_version: string;
  readonly #cedar: Cedar;
  readonly #policies: ReadonlyMap<string, CedarPolicy>;
  readonly #form: RequestForm;

  /**
   * @param cedar an instance that nothing else uses
   * @throws {Error} where the engine cannot read the policies
   */
  constructor(cedar: Cedar, policies: readonly CedarPolicy[], policy_version: string) {
    this.policy_version = policy_version;
    this.#cedar = cedar;
    this.#policies = new Map(policies.map((policy) => [policy.id, policy]));
    this.#form = formOf(policies);
    const staticPolicies = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
    const answer = cedar.preparsePolicySet(SET, { staticPolicies });
    if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join(' '));
  }

  decide(request: PolicyGateRequest): EngineAnswer {
    const answer = this.#cedar.statefulIsAuthorized({
      ...writeRequest(request, this.#form),
      preparsedPolicySetId: SET,
      validateRequest: false,
    });
    if (answer.type !== 'success') throw new Error(answer.errors.map(({ message }) => message).join(' '));
    const { decision, diagnostics } = answer.response;
    const [failed] = diagnostics.errors;
    // The engine skips a policy that fails; one that forbids would then forbid nothing.
    if (failed !== undefined)
      throw new Error(`The policy ${failed.policyId} failed: ${failed.error.message}`);
    const determining = this.#determining(diagnostics.reason);
    return decision === 'allow' ? allowed(determining) : denied(determining);
  }

  /** The policies that decided, in the order of files and lines. */
  #determining(ids: readonly string[]): CedarPolicy[] {
    const named = new Set(ids);
    const found = [...this.#policies.values()].filter(({ id }) => named.has(id));
    if (found.length !== named.size)
      throw new Error('The engine names a policy that the gate does not know.');
    return found;
  }
}

/** A human beats an allowance: one determining policy that asks for a human is enough. */
function allowed(determining: readonly CedarPolicy[]): EngineAnswer {
  if (determining.length === 0) throw new Error('The engine allows without a policy.');
  const human = determining.filter(({ level }) => level !== null);
  const [level, ...others] = human.flatMap(({ level: asked }) => asked ?? []);
  if (level === undefined) return { decision: 'ALLOW', reason: reasonOf(determining) };
  const supervisor_level = others.reduce(highestLevel, level);
  return { decision: 'REQUIRE_HUMAN', reason: reasonOf(human), supervisor_level };
}

function denied(determining: readonly CedarPolicy[]): EngineAnswer {
  const reason = determining.length === 0 ? 'No policy permits this.' : reasonOf(determining);
  return { decision: 'DENY', reason };
}

function reasonOf(policies: readonly CedarPolicy[]): string {
  const text = policies.map(({ id, reason }) => (reason === null ? id : `${id}: ${reason}`)).join('; ');
  return text.length <= MAX_REASON ? text : `${text.slice(0, MAX_REASON - 1).toWellFormed()}…`;
}
