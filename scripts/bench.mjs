/** `npm run bench`: speed as ratios, side by side in one run. `--json FILE` writes the same figures. */
import { writeFileSync } from 'node:fs';
import { decisionRows, worldRows } from './bench/decisions.mjs';
import { evidenceRows } from './bench/evidence.mjs';

/** What each figure is to reach; a miss is said, and is no error: machines are noisy. */
const TARGETS = [
  [/^(dev|prod): .*rules$/, 'at least 0.60 of the floor', ({ ratio_to_floor }) => ratio_to_floor >= 0.6],
  [/10,000 rules$/, 'within 20 % of one rule', ({ ratio_to_one_rule }) => (ratio_to_one_rule ?? 1) >= 0.8],
  [/^compile/, 'under 300 ms', ({ value }) => value < 300],
  [/^dead rules/, 'under 2,000 ms', ({ value }) => value < 2_000],
  [/^heap/, 'none to speak of (under 2 MiB)', ({ value }) => value < 2],
];

const rows = [...decisionRows(), ...worldRows(), ...(await evidenceRows())];
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
