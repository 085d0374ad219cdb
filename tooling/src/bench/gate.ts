import { fileURLToPath } from 'node:url';
import { openGate } from '@wcp/policy';
import { cedarPolicies } from '@wcp/policy/cedar';
import { compileWorld, decide, type PolicyGate } from '@wcp/router';
import { processorTime, rates } from './measure.ts';
import { type BenchRow, sampledRow } from './row.ts';
import { CONFIG, facts, input, rules, worker } from './world.ts';

/** What the policies are about. Those about the worker need an entity for it, which Cedar reads anew each time. */
const FOLDERS = { request: 'policies/request', worker: 'policies/worker' } as const;
/** So many tenants ask in turn that no answer is remembered until the same one asks again. */
const MANY = 50_000;

interface Asked {
  readonly name: string;
  readonly policies: keyof typeof FOLDERS | null;
  readonly tenants: number;
}

const ROWS: readonly Asked[] = [
  { name: 'gate: none', policies: null, tenants: MANY },
  { name: 'gate: cedar, 3 policies, each request new', policies: 'request', tenants: MANY },
  { name: 'gate: cedar, 3, one about the worker, each new', policies: 'worker', tenants: MANY },
  { name: 'gate: cedar, 3 policies, 100 tenants', policies: 'request', tenants: 100 },
];

/** Decisions per second of a core for which three policies are asked, beside those for which none is. */
export async function gateRows(): Promise<BenchRow[]> {
  const gates = await Promise.all(ROWS.map(({ policies }) => (policies === null ? null : open(policies))));
  // Cedar answers at once.
  const works = ROWS.map(({ tenants }, index) =>
    decisionsBy((gates[index]?.decide ?? null) as PolicyGate | null, tenants),
  );
  const measured = rates(works, { now: processorTime });
  for (const gate of gates) await gate?.close();
  const [floor = []] = measured;
  return ROWS.map(({ name }, index) => sampledRow(name, 'decisions/s', measured[index] ?? [], floor));
}

function open(policies: keyof typeof FOLDERS) {
  return openGate(cedarPolicies({ path: fileURLToPath(new URL(FOLDERS[policies], import.meta.url)) }));
}

/** Decisions of the bench, one tenant after the other, for which a gate is asked where there is one. */
function decisionsBy(gate: PolicyGate | null, tenants: number): () => unknown {
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
  const names = Array.from({ length: tenants }, (_, index) => `tenant-of-the-bench-${index}`);
  let turn = 0;
  return () => {
    turn = (turn + 1) % tenants;
    return decide(world, known, { ...request, tenant_id: names[turn] as string });
  };
}
