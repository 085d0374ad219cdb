/**
 * `npm run check:mcp`: the official conformance suite against a full fixture server, direct and through `wcp mcp serve`,
 * in both revisions. It fails where anything is worse through the gateway, where a scenario ran in only one of both, and
 * where the fixture itself does not pass what its revision asks for. `-- --only 2025-11-25` runs one revision.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareRuns } from './compare-runs.ts';
import { countEvidence } from './evidence.ts';
import { startFixture, startGoverned } from './governed-fixture.ts';
import { faultsOf, printComparison } from './print-comparison.ts';
import { runSuite, suiteVersion } from './suite.ts';

const REVISIONS = ['2026-07-28', '2025-11-25'];
const { values: options } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const home = mkdtempSync(join(tmpdir(), 'wcp-conformance-'));

let faults = 0;
try {
  console.log(`@modelcontextprotocol/conformance ${suiteVersion()}`);
  for (const revision of REVISIONS) if (revision.includes(options.only)) faults += await check(revision);
} finally {
  rmSync(home, { recursive: true, force: true });
}
console.log(faults === 0 ? '\nNothing is worse through the gateway.' : `\n${faults} faults.`);
process.exit(faults === 0 ? 0 : 1);

/** Each run has a fixture of its own, which changes while it runs. */
async function check(revision: string): Promise<number> {
  const dir = join(home, revision);
  const alone = await startFixture(revision);
  const direct = await runSuite(alone.firstLine, revision, join(dir, 'direct')).finally(() => alone.close());
  const governed = await startFixture(revision);
  try {
    const gateway = await startGoverned(governed.firstLine, join(dir, 'gateway'));
    try {
      const through = await runSuite(gateway.url, revision, join(dir, 'through'));
      const report = {
        revision,
        comparisons: compareRuns(direct, through),
        evidence: await countEvidence(gateway, join(dir, 'evidence')),
      };
      printComparison(report);
      return faultsOf(report).length;
    } finally {
      await gateway.close();
    }
  } finally {
    await governed.close();
  }
}
