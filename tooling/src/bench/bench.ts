/**
 * `npm run bench`: speed as ratios, measured side by side in one run. `--json FILE` writes the same figures;
 * `--only decisions|gate|evidence|hall|telemetry|delivery|containment|egress|mcp|log|suggest` measures one group; `--deep`
 * adds what takes minutes. `--receipts N` is the length of the log, and `--store FILE` keeps it for the next run.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { decisionRows, worldRows } from './decision.ts';
import { containmentRows } from './delivery/containment.ts';
import { deliveryRows } from './delivery/delivery.ts';
import { egressRows } from './egress.ts';
import { evidenceRows } from './evidence.ts';
import { gateRows } from './gate.ts';
import { httpRows } from './hall/http.ts';
import { telemetryRows } from './hall/telemetry.ts';
import { logRows } from './log/log.ts';
import { mcpRows } from './mcp/mcp.ts';
import { type BenchRow, figureOf, lineOf } from './row.ts';
import { suggestRows } from './suggest/suggest.ts';

interface BenchOptions {
  readonly deep: boolean;
  readonly receipts: string;
  readonly store?: string | undefined;
}

const GROUPS: Readonly<Record<string, (options: BenchOptions) => Promise<BenchRow[]>>> = {
  decisions: async () => [...decisionRows(), ...worldRows()],
  gate: gateRows,
  evidence: evidenceRows,
  hall: httpRows,
  telemetry: telemetryRows,
  delivery: deliveryRows,
  containment: containmentRows,
  egress: egressRows,
  mcp: mcpRows,
  suggest: suggestRows,
  log: ({ receipts, store }) => logRows({ receipts: Number(receipts), store }),
};

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'string' },
    deep: { type: 'boolean', default: false },
    receipts: { type: 'string', default: '50000' },
    store: { type: 'string' },
  },
});
const rows: BenchRow[] = [];
for (const [name, measure] of Object.entries(GROUPS)) {
  if (options.only === undefined || options.only === name) rows.push(...(await measure(options)));
}
for (const row of rows) console.log(lineOf(row));
if (options.json !== undefined) {
  writeFileSync(options.json, `${JSON.stringify(rows.map(figureOf), null, 2)}\n`);
}
