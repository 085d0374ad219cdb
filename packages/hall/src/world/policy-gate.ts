import { devAllowGate, type PolicyGate, type PolicyGateRequest, type PolicyVerdict } from '@wcp/router';
import { readCanonical } from '@wcp/spec/json';

/** A policy engine, here or elsewhere: a promise is awaited before the decision is made. */
export type HallPolicyGate = (question: PolicyGateRequest) => PolicyVerdict | Promise<PolicyVerdict>;

/** Whether a gate may be asked in this environment: one that allows everything only in development. */
export function mayAsk(gate: HallPolicyGate, env: unknown): boolean {
  return gate !== devAllowGate || env === 'dev';
}

/** Takes a question down; the answer that it gives the engine is none. */
export interface GateRecorder {
  question: PolicyGateRequest | null;
  readonly gate: PolicyGate;
}

/** A gate that only takes questions down. */
export function createGateRecorder(): GateRecorder {
  const recorder: GateRecorder = {
    question: null,
    gate: (question) => {
      recorder.question = question;
      return null as unknown as PolicyVerdict;
    },
  };
  return recorder;
}

/** A gate that has not answered by then has failed. */
const TIME_LIMIT_MS = 2_000;

/**
 * Asks a gate, here or elsewhere. What it answers is the fact `policy`, whatever it is: step 13 judges it.
 * One that throws, rejects or is late is the fact that it failed.
 */
export async function askGate(gate: HallPolicyGate, question: PolicyGateRequest): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<unknown>((resolve) => {
    timer = setTimeout(() => resolve({ throws: true }), TIME_LIMIT_MS);
  });
  try {
    const { text, findings } = readCanonical(await Promise.race([gate(question), late]));
    // A copy that can be recorded; what is no JSON is no verdict, and neither is null.
    return findings.length === 0 ? JSON.parse(text) : null;
  } catch {
    return { throws: true };
  } finally {
    clearTimeout(timer);
  }
}
