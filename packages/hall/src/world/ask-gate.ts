import type { PolicyGateRequest } from '@wcp/router';
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
    const verdict = await Promise.race([gate(question), late]);
    return verdict === undefined ? null : verdict;
  } catch {
    return { throws: true };
  } finally {
    clearTimeout(timer);
  }
}
