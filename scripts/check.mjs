/**
 * `npm run check`: format, lint, types, boundaries, unused exports, and what no tool looks for. Every
 * check runs, so that one go shows everything that is wrong.
 */
import { spawnSync } from 'node:child_process';
import { foreignText } from './check-text.mjs';

const CHECKS = [
  ['format and lint', 'biome', ['ci', '--error-on-warnings', '.']],
  ['types of sources', 'tsc', ['--build']],
  ['types of tests', 'tsc', ['--project', 'tsconfig.tests.json']],
  ['boundaries', 'turbo', ['boundaries']],
  ['unused exports', 'knip', []],
];

const failed = CHECKS.filter(([title, command, args]) => !passes(title, command, args)).map(
  ([title]) => title,
);
const foreign = foreignText();
for (const place of foreign) console.error(place);
report('hosts, paths and secrets', foreign.length === 0);
if (foreign.length > 0) failed.push('hosts, paths and secrets');

console.log(failed.length === 0 ? '\nEvery check passed.' : `\nFailed: ${failed.join(', ')}.`);
process.exit(failed.length === 0 ? 0 : 1);

function passes(title, command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env: environment() });
  if (status !== 0) console.error(`${stdout}${stderr}`);
  report(title, status === 0);
  return status === 0;
}

function report(title, passed) {
  console.log(`${passed ? 'ok    ' : 'FAILED'}  ${title}`);
}

function environment() {
  return { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', NO_COLOR: '1' };
}
