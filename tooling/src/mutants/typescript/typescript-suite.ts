import type { Suite } from '../run/suite.ts';
import { findMutants } from './find-mutants.ts';
import { findReach } from './find-reach.ts';
import { layOut } from './layout.ts';
import { PACKAGES, readSources } from './source.ts';

/** The engine and the evidence, behind the port of the CLI. */
export function openTypeScriptSuite(): Suite {
  const sources = PACKAGES.flatMap(readSources);
  return {
    sources,
    runtime: `node ${process.version}`,
    findMutants: () => sources.flatMap(findMutants),
    layOut: (count) => layOut(sources, count),
    findReach: (workspaces, cases) => findReach(workspaces, sources, cases),
  };
}
