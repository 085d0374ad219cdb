import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { loadFixtures } from '@wcp/conformance';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openPythonSuite } from '../../../src/mutants/python/python-suite.ts';
import { Journal } from '../../../src/mutants/run/journal.ts';
import { placeAround } from '../../../src/mutants/run/reach.ts';
import { prepareCases } from '../../../src/mutants/run/run-cases.ts';
import { tryMutants } from '../../../src/mutants/run/try-mutants.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const skipped = hasPython ? '' : ' (skipped: python3 is not on this machine)';

/** Cases of two operations. */
async function someCases() {
  const { cases } = await loadFixtures();
  return prepareCases(cases.filter(({ op }) => ['check_id', 'merkle'].includes(op)));
}

describe.skipIf(!hasPython)(`The port in Python as a suite${skipped}`, () => {
  test('A mutant that a case shows is caught, one that no case reaches survives, and nothing is left behind.', async () => {
    const suite = openPythonSuite();
    const cases = await someCases();
    const workspaces = await suite.layOut(1);
    onTestFinished(workspaces.remove);
    const reach = await suite.findReach(workspaces, cases);
    expect(reach.failing).toEqual([]);
    const all = suite.findMutants();
    const inCheckId = all.find(({ change }) => change === 'len(text) <= 64 -> len(text) > 64');
    const inBlast = all.find(({ change }) => change.startsWith('score <= self.limit -> score > self.limit'));
    const mutants = [inCheckId, inBlast].filter((mutant) => mutant !== undefined);
    const journal = new Journal(undefined, 'port', cases);
    const results = await tryMutants({ workspaces, sources: suite.sources, mutants, cases, reach, journal });
    expect(results.map(({ caught }) => caught?.how)).toEqual(['failed', undefined]);
    expect(results.map(({ asked }) => asked > 0)).toEqual([true, false]);
    workspaces.remove();
    expect(existsSync(workspaces.root)).toBe(false);
  });

  test('The cases of every operation that the port has are run, and what runs before them is known.', async () => {
    const suite = openPythonSuite();
    const cases = await someCases();
    const workspaces = await suite.layOut(1);
    onTestFinished(workspaces.remove);
    const reach = await suite.findReach(workspaces, cases);
    const ran = cases.filter(({ number }) => reach.reachedBy[number] !== undefined);
    expect(new Set(cases.map(({ item }) => item.op))).toEqual(new Set(['check_id', 'merkle']));
    expect(ran).toHaveLength(cases.length);
    const start = suite
      .findMutants()
      .find(({ change }) => change.startsWith("message['cmd'] == 'start' -> "));
    expect(start && placeAround(reach, start)).not.toBe(undefined);
    const name = suite.findMutants().find(({ change }) => change === "'wcp-port-python' -> ''");
    expect(name && placeAround(reach, name)).toBe(-1);
  });
});
