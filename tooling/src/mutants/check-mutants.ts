/**
 * `npm run check:mutants`: makes mutants of the engine, the evidence and the port in Python, and lets the
 * conformance fixtures alone catch them, through the line protocol. Fails where less than 90 per cent of a
 * target are caught, where a survivor has no reason in `survivors.json`, and where a reason has no survivor.
 *
 * --target NAME               router, evidence or python
 * --only TEXT                 sources whose path holds this text
 * --sample N [--seed S]       that many mutants of each target, drawn by a seed
 * --again FILE                the survivors of an earlier run, of which FILE is the --json
 * --resume FILE               keeps each result in FILE at once, and does not try again what stands there
 * --list                      every survivor with its reason
 * --stubs                     entries for the survivors without a reason
 * --json FILE                 writes everything that was found
 * --fixtures DIR              other fixtures
 * --lanes N                   how many ports run at a time
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadFixtures } from '@wcp/conformance';
import { ROOT } from '../repository/root.ts';
import { type MutantOptions, readOptions } from './options.ts';
import { type MutationResult, printResult } from './print.ts';
import { explain } from './reasons.ts';
import { fingerprintOf, Journal } from './run/journal.ts';
import { type PreparedCase, prepareCases } from './run/run-cases.ts';
import type { Suite, Workspaces } from './run/suite.ts';
import { tryMutants } from './run/try-mutants.ts';
import { chooseMutants, isWhole } from './sample.ts';
import { SUITES } from './suites.ts';

/** What judges an answer: where it changes, earlier results do not count. */
const REFEREE = ['packages/conformance/src/runner', 'packages/conformance/src/protocol'].map((folder) =>
  join(ROOT, folder),
);

const options = readOptions(process.argv.slice(2));
const { cases: items } = await loadFixtures(options.fixtures);
const cases = prepareCases(items);
const results: MutationResult[] = [];
for (const { targets, open } of SUITES) {
  if (targets.some((name) => options.targets.includes(name)))
    results.push(await runSuite(open(), cases, options));
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
process.exitCode = printResult(results, options) ? 0 : 1;

/** Lays out the folders of a suite, runs it, and removes them whatever happens. */
async function runSuite(
  suite: Suite,
  prepared: readonly PreparedCase[],
  chosen: MutantOptions,
): Promise<MutationResult> {
  const workspaces = await suite.layOut(chosen.lanes);
  const stop = () => {
    workspaces.remove();
    process.exit(1);
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, stop);
  try {
    return await runIn(workspaces, suite, prepared, chosen);
  } finally {
    for (const signal of signals) process.off(signal, stop);
    workspaces.remove();
  }
}

async function runIn(
  workspaces: Workspaces,
  suite: Suite,
  prepared: readonly PreparedCase[],
  chosen: MutantOptions,
): Promise<MutationResult> {
  const began = performance.now();
  const port = fingerprintOf([workspaces.folder(0), ...REFEREE], suite.runtime);
  const { mutants, excluded } = chooseMutants(suite.findMutants(), chosen);
  const reach = await suite.findReach(workspaces, prepared);
  const journal = new Journal(chosen.resume, port, prepared);
  const { sources } = suite;
  const tried = await tryMutants({ workspaces, sources, mutants, cases: prepared, reach, journal });
  return {
    tried: tried.map((mutant) => explain(mutant)),
    excluded,
    paths: isWhole(chosen) ? sources.map(({ path }) => path) : [],
    untrue: reach.untrue,
    failing: reach.failing,
    cases: reach.reachedBy.filter((reached) => reached !== undefined).length,
    seconds: (performance.now() - began) / 1_000,
  };
}
