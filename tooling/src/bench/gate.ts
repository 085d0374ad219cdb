import { fileURLToPath } from 'node:url';
import { openGate } from '@wcp/policy';
import { cedarPolicies } from '@wcp/policy/cedar';
import { compileWorld, decide, type PolicyGate } from '@wcp/router';
import { processorTime, rates } from './measure.ts';
import type { BenchRow } from './row.ts';
import { CONFIG, facts, input, rules, worker } from './world.ts';

/** Decisions per second of a core for which three policies are asked, beside those for which none is. */
export async function gateRows(): Promise<BenchRow[]> {
  const path = fileURLToPath(new URL('policies', import.meta.url));
  const gate = await openGate(cedarPolicies({ path }));
  const [known, request] = [facts('dev'), input('dev')];
  const [plain] = rules(1);
  if (plain === undefined) throw new Error('There is no rule.');
  const gated = { ...plain, decision: { ...plain.decision, escalation: { policy_gate: true } } };
  const documents = { workers: [worker()], config: CONFIG.dev };
  const unasked = compileWorld({ ...documents, rules: [plain] });
  // Cedar answers at once.
  const asked = compileWorld({ ...documents, rules: [gated] }, { policyGate: gate.decide as PolicyGate });
  const { outcome, deny_code } = decide(asked, known, request);
  if (outcome !== 'DISPATCH') throw new Error(`The bench's own request was not dispatched: ${deny_code}`);
  const [floor = 0, rate = 0] = rates(
    [() => decide(unasked, known, request), () => decide(asked, known, request)],
    { now: processorTime },
  );
  await gate.close();
  return [
    { name: 'gate: none', value: floor, unit: 'decisions/s', ratio_to_floor: 1 },
    { name: 'gate: cedar, 3 policies', value: rate, unit: 'decisions/s', ratio_to_floor: rate / floor },
  ];
}
