/**
 * `npm run check:mutants`: makes mutants of router and evidence and lets the conformance fixtures alone
 * catch them, through the line protocol. Fails under 90 per cent, and where a survivor has no reason in
 * `survivors.json`.
 *
 * --package router|evidence   one package
 * --only TEXT                 sources whose path holds this text
 * --sample N [--seed N]       that many mutants, drawn by a seed
 * --again FILE                the survivors of an earlier run, of which FILE is the --json
 * --list                      every survivor with its reason
 * --stubs                     entries for the survivors without a reason
 * --json FILE                 writes everything that was found
 * --fixtures DIR              other fixtures
 * --lanes N                   how many ports run at a time
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { loadFixtures } from '@wcp/conformance';
import { findMutants, type Mutant } from './generate/find-mutants.ts';
import { PACKAGES, readSources, type Source } from './generate/source.ts';
import { type MutationResult, printResult, printSurvivor } from './print.ts';
import { explain } from './reasons.ts';
import { layOut, type Workspaces } from './run/layout.ts';
import { findReach } from './run/reach.ts';
import { prepareCases } from './run/run-cases.ts';
import { tryMutants } from './run/try-mutants.ts';
import { sampleMutants, survivorsOf } from './sample.ts';

const { values: options } = parseArgs({
  options: {
    package: { type: 'string' },
    only: { type: 'string' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    again: { type: 'string' },
    list: { type: 'boolean', default: false },
    stubs: { type: 'boolean', default: false },
    json: { type: 'string' },
    fixtures: { type: 'string' },
    lanes: { type: 'string', default: String(Math.min(4, availableParallelism())) },
  },
});

const sources = PACKAGES.flatMap(readSources);
const workspaces = await layOut(sources, Number(options.lanes));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    workspaces.remove();
    process.exit(1);
  });
}
try {
  const result = await runAll(sources, workspaces);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  process.exitCode = printResult(result, options) ? 0 : 1;
} finally {
  workspaces.remove();
}

async function runAll(sources: readonly Source[], workspaces: Workspaces): Promise<MutationResult> {
  const began = performance.now();
  const { whole, mutants, excluded } = chooseMutants(sources);
  const { cases: items } = await loadFixtures(options.fixtures);
  const cases = prepareCases(items);
  const reach = await findReach(workspaces, sources, cases);
  const survived = (mutant: Parameters<typeof explain>[0]) => printSurvivor(mutant, options);
  const tried = await tryMutants({ workspaces, sources, mutants, cases, reach, survived });
  return {
    tried: tried.map(explain),
    excluded,
    whole,
    untrue: reach.untrue,
    failing: reach.failing,
    cases: cases.length,
    seconds: (performance.now() - began) / 1_000,
  };
}

/** The mutants that the options select, and those that are excluded. */
function chooseMutants(sources: readonly Source[]): {
  whole: boolean;
  mutants: readonly Mutant[];
  excluded: readonly Mutant[];
} {
  const { package: name, only, sample, seed, again } = options;
  const found = sources
    .filter((source) => name === undefined || source.package === name)
    .filter(({ path }) => path.includes(only ?? ''))
    .flatMap(findMutants);
  const candidates = found.filter((mutant) => mutant.excluded === null);
  const sampled = sample === undefined ? candidates : sampleMutants(candidates, Number(sample), seed);
  return {
    whole: [name, only, sample, again].every((each) => each === undefined),
    mutants: again === undefined ? sampled : survivorsOf(again, sampled),
    excluded: found.filter((mutant) => mutant.excluded !== null),
  };
}
