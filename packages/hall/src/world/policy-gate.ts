import { devAllowGate, type PolicyGate, type PolicyGateRequest, type PolicyVerdict } from '@wcp/router';
import { readCanonical } from '@wcp/spec/json';

/** A policy engine, local or remote: a promise is awaited before the decision is made. */
export type HallPolicyGate = (request: PolicyGateRequest) => PolicyVerdict | Promise<PolicyVerdict>;

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
 * throws, rejects or is late makes the fact that it failed.
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
  } catch {
    return { throws: true };
  } finally {
    clearTimeout(timer);
  }
}
