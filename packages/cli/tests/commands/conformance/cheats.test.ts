import { join } from 'node:path';
import { exitCode, loadFixtures, runConformance } from '@wcp/conformance';
import { describe, expect, test } from 'vitest';

const CHEAT = join(import.meta.dirname, '../../support/cheat.mjs');
const fixtures = await loadFixtures();

describe.concurrent('a port that cheats', () => {
  /** Each cheat, and where it is found out; the whole run would only take longer. */
  const cheats = [
    ['ignores-controls', 'controls/'],
    ['pools-controls', 'controls/'],
    ['ignores-environment', 'selection/'],
    ['ignores-authority', 'selection/'],
    ['lowers-blast', 'blast/'],
    ['ignores-envelope', 'envelope/'],
    ['ignores-signatory', 'signatory/'],
    ['ignores-bans', 'attestation/'],
    ['ignores-freeze', 'freeze/'],
    ['ignores-chain', 'blast/'],
    ['names-worker-on-hold', 'holds/'],
    ['drops-telemetry', 'telemetry/'],
    ['dry-run-is-real', 'dry-run/'],
  ] as const;
  test.each(cheats)(
    'The cheat %s is caught by %s.',
    async (cheat, area) => {
      const report = await runConformance({
        command: process.execPath,
        args: [CHEAT, cheat],
        fixtures,
        knownFailures: [],
        timeoutMs: 60_000,
        filter: `${area}*`,
      });
      expect(exitCode(report)).toBe(1);
      expect(report.cases.some(({ status }) => status === 'failed')).toBe(true);
    },
    300_000,
  );
});
