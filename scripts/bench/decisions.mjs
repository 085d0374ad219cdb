import { analyzeRules, compileWorld, decide } from '../../packages/router/dist/index.js';
import { floorOf } from './floor.mjs';
import { heap, medianTime, rates } from './measure.mjs';
import { CONFIG, facts, input, overlappingRules, rules, worker } from './world.mjs';

const COUNTS = [1, 10, 100, 1_000, 10_000];

/** Decisions per second by the number of rules, beside the floor, all in turns. */
export function decisionRows() {
  return ['dev', 'prod'].flatMap((env) => {
    const known = facts(env);
    const asked = input(env);
    const worlds = COUNTS.map((count) =>
      compileWorld({ rules: rules(count), workers: [worker()], config: CONFIG[env] }),
    );
    const first = decide(worlds[0], known, asked);
    if (first.outcome !== 'DISPATCH')
      throw new Error(`the bench's own request was not dispatched: ${first.deny_code}`);
    const floor = floorOf(first);
    if (JSON.stringify(floor(known, asked)) !== JSON.stringify(first))
      throw new Error('the floor makes another decision');
    const [floorRate, ...decideRates] = rates([
      () => floor(known, asked),
      ...worlds.map((world) => () => decide(world, known, asked)),
    ]);
    return [
      { name: `${env}: floor`, value: floorRate, unit: 'decisions/s', ratio_to_floor: 1 },
      ...decideRates.map((rate, index) => ({
        name: `${env}: ${COUNTS[index].toLocaleString('en')} rules`,
        value: rate,
        unit: 'decisions/s',
        ratio_to_floor: rate / floorRate,
        ratio_to_one_rule: rate / decideRates[0],
      })),
    ];
  });
}

/** What happens once per world, and what must not happen over a million decisions. */
export function worldRows() {
  const many = rules(10_000);
  const overlapping = overlappingRules(10_000);
  const workers = [worker()];
  return [
    {
      name: 'compile 10,000 rules',
      value: medianTime(() => compileWorld({ rules: many, workers })),
      unit: 'ms',
    },
    { name: 'dead rules in 10,000 rules', value: medianTime(() => analyzeRules(many)), unit: 'ms' },
    {
      name: 'dead rules in 10,000 overlapping rules',
      value: medianTime(() => analyzeRules(overlapping), 3),
      unit: 'ms',
    },
    { name: 'heap growth over 1,000,000 decisions', value: heapGrowth(), unit: 'MiB' },
  ];
}

function heapGrowth() {
  const world = compileWorld({ rules: rules(1_000), workers: [worker()], config: CONFIG.prod });
  const known = facts('prod');
  const asked = input('prod');
  for (let index = 0; index < 50_000; index += 1) decide(world, known, asked);
  const before = heap();
  for (let index = 0; index < 1_000_000; index += 1) {
    decide(world, known, {
      ...asked,
      correlation_id: `c-${index}`,
      tenant_id: index % 2 === 0 ? 'tenant-a' : `t-${index}`,
    });
  }
  return heap() - before;
}
