import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PEAK, peakIn } from '../command-line/peak.ts';
import type { BenchRow } from '../row.ts';
import { writeBundle } from './write-bundle.ts';

const DECISIONS = 100_000;
const WCP = fileURLToPath(new URL('../../../../packages/cli/bin/wcp.mjs', import.meta.url));

/** What `wcp rules suggest` takes for very many recorded decisions: it reads each of them twice. */
export async function suggestRows(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'wcp-bench-suggest-'));
  try {
    await writeBundle(dir, DECISIONS);
    const words = ['rules', 'suggest', '--bundle', dir, '--limit', String(DECISIONS), '--json'];
    const began = performance.now();
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', PEAK, WCP, ...words], {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
    });
    const seconds = (performance.now() - began) / 1_000;
    if (status === 2) throw new Error(`wcp rules suggest failed: ${stderr}`);
    const { decisions, unused } = JSON.parse(stdout) as {
      readonly decisions: number;
      readonly unused: object;
    };
    if (decisions !== DECISIONS || Object.keys(unused).length > 0)
      throw new Error(`unused: ${JSON.stringify(unused)}`);
    return [
      { name: 'suggest: rules of 100,000 decisions', value: seconds, unit: 's' },
      { name: 'suggest: memory, at most', value: peakIn(stderr), unit: 'MiB' },
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
