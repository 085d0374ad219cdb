import type { GateState, LoadedGate } from '@wcp/policy';
import { devAllowGate, type PolicyGate, type PolicyGateRequest, type PolicyVerdict } from '@wcp/router';
import { WcpError } from '@wcp/spec';
import { readCanonical } from '@wcp/spec/json';

/** A policy engine, local or remote: a promise is awaited before the decision is made. */
export type HallPolicyGate = (request: PolicyGateRequest) => PolicyVerdict | Promise<PolicyVerdict>;

/** What a Hall has of a gate: whom to ask, and how the gate is where it says so. */
export interface GateParts {
  readonly ask: HallPolicyGate;
  /** Null for a function, which says nothing about itself. */
  readonly state: () => GateState | null;
}

/** The parts of a gate that a Hall was given: a function, or one of `@wcp/policy`. */
export function gateParts(gate: HallPolicyGate | LoadedGate): GateParts {
  if (typeof gate === 'function') return { ask: gate, state: () => null };
  return { ask: gate.decide, state: () => gate.state };
}

/** Whether a gate may be asked in this environment: one that allows everything, only in development. */
export function mayAsk(gate: HallPolicyGate, env: unknown): boolean {
  return gate !== devAllowGate || env === 'dev';
}

/** Takes down what a gate is asked; the engine gets no verdict from it. */
export interface GateRecorder {
  request: PolicyGateRequest | null;
  readonly gate: PolicyGate;
}

/** Creates a gate that only takes down what it is asked. */
export function createGateRecorder(): GateRecorder {
  const recorder: GateRecorder = {
    request: null,
    gate: (request) => {
      recorder.request = request;
      return null as unknown as PolicyVerdict;
    },
  };
  return recorder;
}

/** Milliseconds after which a gate that has not answered has failed. */
const TIME_LIMIT_MS = 2_000;

/**
 * Asks a gate, local or remote. Its answer is the fact `policy`, whatever it is: step 13 judges it. A gate that
 * throws, rejects or is late makes the fact that it failed; one whose engine answered something else, no verdict.
 */
export async function askGate(gate: HallPolicyGate, request: PolicyGateRequest): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<unknown>((resolve) => {
    timer = setTimeout(() => resolve({ throws: true }), TIME_LIMIT_MS);
  });
  try {
    const { text, findings } = readCanonical(await Promise.race([gate(request), late]));
    // A copy that can be recorded; what is not JSON is not a verdict, and neither is null.
    return findings.length === 0 ? JSON.parse(text) : null;
  } catch (error) {
    return isOtherAnswer(error) ? null : { throws: true };
  } finally {
    clearTimeout(timer);
  }
}

function isOtherAnswer(error: unknown): boolean {
  return error instanceof WcpError && error.code === 'ERR_WCP_POLICY_ANSWER';
}
