import type { PolicyGateRequest } from '@wcp/router';
import { readCanonical } from '@wcp/spec/json';
import type { HallPolicyGate } from './hall-world.ts';

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
