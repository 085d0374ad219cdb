import { fileURLToPath } from 'node:url';
import { openGate } from '@wcp/policy';
import { cedarPolicies } from '@wcp/policy/cedar';
import { compileWorld, decide, type PolicyGate } from '@wcp/router';
import { processorTime, rates } from './measure.ts';
import type { BenchRow } from './row.ts';
import { CONFIG, facts, input, rules, worker } from './world.ts';

/** What the policies are about. Those about the worker need an entity for it, which Cedar reads anew each time. */
const SETS = [
  { folder: 'policies/request', name: 'gate: cedar, 3 policies' },
  { folder: 'policies/worker', name: 'gate: cedar, 3, one about the worker' },
];

/** Decisions per second of a core for which three policies are asked, beside those for which none is. */
export async function gateRows(): Promise<BenchRow[]> {
  const gates = await Promise.all(
    SETS.map(({ folder }) =>
      openGate(cedarPolicies({ path: fileURLToPath(new URL(folder, import.meta.url)) })),
    ),
  );
  // Cedar answers at once.
  const works = [null, ...gates].map((gate) =>
    decisionBy(gate === null ? null : (gate.decide as PolicyGate)),
  );
  const [floor = 0, ...asked] = rates(works, { now: processorTime });
  for (const gate of gates) await gate.close();
  return [
    { name: 'gate: none', value: floor, unit: 'decisions/s', ratio_to_floor: 1 },
    ...SETS.map(({ name }, index) => {
      const value = asked[index] ?? 0;
      return { name, value, unit: 'decisions/s', ratio_to_floor: value / floor };
    }),
  ];
}

/** A decision of the bench, for which a gate is asked where there is one. */
function decisionBy(gate: PolicyGate | null): () => unknown {
  const [known, request] = [facts('dev'), input('dev')];
  const [plain] = rules(1);
  if (plain === undefined) throw new Error('There is no rule.');
  const escalation = { policy_gate: gate !== null };
  const documents = {
    rules: [{ ...plain, decision: { ...plain.decision, escalation } }],
    workers: [worker()],
    config: CONFIG.dev,
  };
  const world = compileWorld(documents, gate === null ? {} : { policyGate: gate });
  const { outcome, deny_code } = decide(world, known, request);
  if (outcome !== 'DISPATCH') throw new Error(`The bench's own request was not dispatched: ${deny_code}`);
  return () => decide(world, known, request);
}
