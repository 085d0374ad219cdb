import type { StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs';
import type { Cedar } from './engine-package.ts';
import type { CedarRequest } from './request/request-form.ts';

/** The texts of policies by their ids. */
export type PolicyTextsById = Readonly<Record<string, string>>;

/** Evaluates a request: the engine's answer, whatever it is. It throws where the engine breaks down. */
export type Evaluate = (request: CedarRequest) => unknown;

/** The name under which the engine keeps the policies. */
const SET = 'gate';

/**
 * Hands policies to the engine once, for all requests.
 *
 * @param cedar an instance that nothing else uses
 * @throws {Error} where the engine cannot read them
 */
export function createEvaluator(cedar: Cedar, policies: PolicyTextsById): Evaluate {
  const answer = cedar.preparsePolicySet(SET, { staticPolicies: { ...policies } });
  if (answer.type === 'failure') throw new Error(answer.errors.map(({ message }) => message).join(' '));
  return (request) => {
    const call: StatefulAuthorizationCall = {
      ...request,
      preparsedPolicySetId: SET,
      validateRequest: false,
    };
    return cedar.statefulIsAuthorized(call);
  };
}

/**
 * Whether an instance of the engine broke down: its stack or its memory ended, and it cannot be used again. An error of
 * another kind is about the request alone.
 */
export function isBreakdown(error: unknown): boolean {
  const { name } = Object(error) as { readonly name?: unknown };
  return name === 'RuntimeError' || name === 'RangeError';
}
