/**
 * `npm run check:mutants`: makes hand-made mutants of router and evidence and lets the conformance
 * fixtures alone catch them, through the line protocol. Fails under 90 per cent, and where a survivor has
 * no reason in `mutants/survivors.json`.
 *
 * --package router|evidence   one package; --only TEXT: sources whose path holds this
 * --sample N [--seed N]       that many mutants, drawn by a seed
 * --again FILE               the survivors of an earlier run, of which FILE is the --json
 * --list                      every survivor with its reason; --stubs: entries for those without one
 * --json FILE                 everything that was found
 * --fixtures DIR, --lanes N   other fixtures; so many ports at a time
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { loadFixtures } from '../packages/conformance/src/fixtures/load-fixtures.ts';
import { prepare } from './mutants/ask.mjs';
import { findMutants } from './mutants/find-mutants.mjs';
import { layOut } from './mutants/layout.mjs';
import { printResult, printSurvivor } from './mutants/print.mjs';
import { findReach } from './mutants/reach.mjs';
import { reasonsFor } from './mutants/reasons.mjs';
import { draw, survivorsIn } from './mutants/sample.mjs';
import { PACKAGES, readSources } from './mutants/sources.mjs';
import { tryMutants } from './mutants/try-mutants.mjs';

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

const began = performance.now();
const sources = PACKAGES.flatMap(readSources);
const found = sources
  .filter((source) => options.package === undefined || source.package === options.package)
  .filter(({ path }) => path.includes(options.only ?? ''))
  .flatMap(findMutants);
const excluded = found.filter((mutant) => mutant.excluded !== null);
const candidates = found.filter((mutant) => mutant.excluded === null);
const drawn =
  options.sample === undefined ? candidates : draw(candidates, Number(options.sample), options.seed);
const mutants = options.again === undefined ? drawn : survivorsIn(options.again, drawn);

const questions = prepare((await loadFixtures(options.fixtures)).cases);
const lanes = await layOut(sources, Number(options.lanes));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    lanes.remove();
    process.exit(1);
  });
}
let result;
try {
  const reach = await findReach(lanes, sources, questions);
  const tried = await tryMutants({
    lanes,
    count: Number(options.lanes),
    sources,
    mutants,
    questions,
    reach,
    survived: (mutant) => printSurvivor(mutant, options),
  });
  result = {
    tried: reasonsFor(tried),
    excluded,
    whole: [options.sample, options.package, options.only, options.again].every((each) => each === undefined),
    untrue: reach.untrue,
    failing: reach.failing,
    cases: questions.length,
    seconds: (performance.now() - began) / 1_000,
  };
} finally {
  lanes.remove();
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
process.exit(printResult(result, options) ? 0 : 1);
