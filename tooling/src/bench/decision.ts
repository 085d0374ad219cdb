import { analyzeRules, compileWorld, decide } from '@wcp/router';
import { floorOf } from './floor.ts';
import { heap, median, rates, times } from './measure.ts';
import { type BenchRow, sampledRow } from './row.ts';
import { type BenchEnv, CONFIG, facts, input, overlappingRules, rules, worker } from './world.ts';

const COUNTS = [1, 10, 100, 1_000, 10_000];

/** Decisions per second by the number of rules, beside the floor, all in turns. */
export function decisionRows(): BenchRow[] {
  return (['dev', 'prod'] as const).flatMap((env) => {
    const known = facts(env);
    const request = input(env);
    const decisions = COUNTS.map((count) => {
      const world = compileWorld({ rules: rules(count), workers: [worker()], config: CONFIG[env] });
      return () => decide(world, known, request);
    });
    const [floor = [], ...samples] = rates([floorFor(env), ...decisions]);
    return [
      sampledRow(`${env}: floor`, 'decisions/s', floor),
      ...samples.map((rate, index) => ({
        ...sampledRow(`${env}: ${COUNTS[index]?.toLocaleString('en')} rules`, 'decisions/s', rate, floor),
        ratio_to_one_rule: median(rate) / median(samples[0] ?? rate),
      })),
    ];
  });
}

/** The floor of an environment, after a check that it makes the decision which the engine makes. */
function floorFor(env: BenchEnv): () => object {
  const known = facts(env);
  const request = input(env);
  const world = compileWorld({ rules: rules(1), workers: [worker()], config: CONFIG[env] });
  const decision = decide(world, known, request);
  if (decision.outcome !== 'DISPATCH') {
    throw new Error(`The bench's own request was not dispatched: ${decision.deny_code}`);
  }
  const floor = floorOf(decision);
  if (JSON.stringify(floor(known, request)) !== JSON.stringify(decision)) {
    throw new Error('The floor makes another decision.');
  }
  return () => floor(known, request);
}

/** What happens once per world, and what must not happen over a million decisions. */
export function worldRows(): BenchRow[] {
  const many = rules(10_000);
  const overlapping = overlappingRules(10_000);
  const workers = [worker()];
  return [
    sampledRow(
      'compile 10,000 rules',
      'ms',
      times(() => compileWorld({ rules: many, workers })),
    ),
    sampledRow(
      'dead rules in 10,000 rules',
      'ms',
      times(() => analyzeRules(many)),
    ),
    sampledRow(
      'dead rules in 10,000 overlapping rules',
      'ms',
      times(() => analyzeRules(overlapping)),
    ),
    { name: 'heap growth over 1,000,000 decisions', value: heapGrowth(), unit: 'MiB' },
  ];
}

function heapGrowth(): number {
  const world = compileWorld({ rules: rules(1_000), workers: [worker()], config: CONFIG.prod });
  const known = facts('prod');
  const request = input('prod');
  for (let index = 0; index < 50_000; index += 1) decide(world, known, request);
  const before = heap();
  for (let index = 0; index < 1_000_000; index += 1) {
    decide(world, known, {
      ...request,
      correlation_id: `c-${index}`,
      tenant_id: index % 2 === 0 ? 'tenant-a' : `t-${index}`,
    });
  }
  return heap() - before;
}
