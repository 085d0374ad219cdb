/**
 * `npm run bench`: speed as ratios, measured side by side in one run. `--json FILE` writes the same figures;
 * `--only decisions|gate|evidence|hash|cli|hall|store|telemetry|delivery|containment|egress|mcp|log|suggest` measures one group;
 * `--deep` adds what takes minutes. `--receipts N` is the length of the log, and `--store FILE` keeps it for the next run.
 * `--compare FILE` says what has changed since the run that wrote the file, by more than the noise of both: it ends with
 * 1 where a figure is worse, and with 2 where nothing could be compared.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { commandLineRows } from './command-line/command-line.ts';
import { changeText, summaryText } from './compare/change-text.ts';
import { type Change, compareFigures } from './compare/compare.ts';
import { readFigures } from './compare/read-figures.ts';
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
import { packageHashRows } from './package-hash.ts';
import { type BenchRow, figureOf, lineOf } from './row.ts';
import { storeRows } from './store/store.ts';
import { suggestRows } from './suggest/suggest.ts';

interface BenchOptions {
  readonly deep: boolean;
  readonly receipts: string;
  readonly store?: string | undefined;
}

const GROUPS: Readonly<Record<string, (options: BenchOptions) => Promise<BenchRow[]>>> = {
  decisions: async () => [...decisionRows(), ...worldRows()],
  gate: gateRows,
  evidence: async () => evidenceRows(),
  hash: packageHashRows,
  cli: commandLineRows,
  hall: httpRows,
  store: storeRows,
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
    compare: { type: 'string' },
  },
});
if (options.only !== undefined && !Object.hasOwn(GROUPS, options.only)) {
  fail(`There is no group "${options.only}": ${Object.keys(GROUPS).join(', ')}.`);
}
const earlier = options.compare === undefined ? null : earlierFigures(options.compare);

const rows: BenchRow[] = [];
for (const [name, measure] of Object.entries(GROUPS)) {
  if (options.only !== undefined && options.only !== name) continue;
  const began = performance.now();
  rows.push(...(await measure(options)));
  console.error(`${name}: measured in ${Math.round((performance.now() - began) / 1_000)} s`);
}
for (const row of rows) console.log(lineOf(row));
const figures = rows.map(figureOf);
const changes = earlier === null ? null : compareFigures(earlier, figures);
if (changes !== null) report(changes);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(withChanges(), null, 2)}\n`);

/** Reads what is compared with before anything is measured: minutes later it would be too late to refuse it. */
function earlierFigures(file: string) {
  try {
    return readFigures(file);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function report(changes: readonly Change[]): void {
  // A run of one group says nothing about the others.
  const shown = options.only === undefined ? changes : changes.filter(({ verdict }) => verdict !== 'removed');
  console.log(`\nCompared with ${options.compare}:`);
  for (const change of shown) console.log(changeText(change));
  console.log(summaryText(shown));
  if (shown.some(({ verdict }) => verdict === 'worse')) process.exitCode = 1;
}

/** The figures, each with what became of it where it was compared. */
function withChanges(): object[] {
  const byName = new Map(changes?.map(({ name, ...change }) => [name, change]));
  return figures.map((figure) => {
    const compared = byName.get(figure.name);
    return compared === undefined ? figure : { ...figure, compared };
  });
}
