/**
 * `npm run bench`: speed as ratios, side by side in one run. `--json FILE` writes the same figures,
 * `--only=decisions|evidence|hall|delivery` measures one group.
 */
import { writeFileSync } from 'node:fs';
import { decisionRows, worldRows } from './bench/decisions.mjs';
import { deliveryRows } from './bench/delivery.mjs';
import { evidenceRows } from './bench/evidence.mjs';
import { hallRows } from './bench/hall.mjs';

/** What each figure is to reach; a miss is said, and is no error: machines are noisy. */
const TARGETS = [
  [/^(dev|prod): .*rules$/, 'at least 0.60 of the floor', ({ ratio_to_floor }) => ratio_to_floor >= 0.6],
  [/10,000 rules$/, 'within 20 % of one rule', ({ ratio_to_one_rule }) => (ratio_to_one_rule ?? 1) >= 0.8],
  [/^compile/, 'under 300 ms', ({ value }) => value < 300],
  [/^dead rules/, 'under 2,000 ms', ({ value }) => value < 2_000],
  [/^heap/, 'none to speak of (under 2 MiB)', ({ value }) => value < 2],
  [/^http: routed/, 'at least 0.50 of the echo', ({ ratio_to_floor }) => ratio_to_floor >= 0.5],
  [/^http: p99/, 'under 50 ms', ({ value }) => value < 50],
  [/^http: memory/, 'flat (under 16 MiB)', ({ value }) => value < 16],
  [/^overhead .*p50$/, 'under 3 ms', ({ value }) => value < 3],
  [/^P0 under/, 'within three times of alone', ({ ratio_to_alone }) => ratio_to_alone <= 3],
  [/^P3 that ended/, 'some', ({ value }) => value > 0],
];

const GROUPS = {
  decisions: async () => [...decisionRows(), ...worldRows()],
  evidence: evidenceRows,
  hall: hallRows,
  delivery: deliveryRows,
};
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
const rows = [];
for (const [name, measure] of Object.entries(GROUPS)) {
  if (only === undefined || only === name) rows.push(...(await measure()));
}
for (const row of rows) console.log(line(row));
const file = process.argv[process.argv.indexOf('--json') + 1];
if (process.argv.includes('--json')) writeFileSync(file, `${JSON.stringify(rows.map(figure), null, 2)}\n`);

function line(row) {
  const value = row.value.toLocaleString('en', { maximumFractionDigits: row.value < 1_000 ? 1 : 0 });
  const ratio = row.ratio_to_floor === undefined ? '' : `${row.ratio_to_floor.toFixed(2)} of the floor`;
  return `${row.name.padEnd(40)} ${value.padStart(10)} ${row.unit.padEnd(12)} ${ratio.padEnd(18)} ${verdict(row)}`;
}

function verdict(row) {
  return TARGETS.filter(([name]) => name.test(row.name))
    .map(([, target, reached]) => `${reached(row) ? 'reached' : 'MISSED'}: ${target}`)
    .join('; ');
}

function figure({ name, value, unit, ratio_to_floor }) {
  return { name, value, unit, ...(ratio_to_floor === undefined ? {} : { ratio_to_floor }) };
}
