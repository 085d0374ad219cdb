/**
 * `npm run check`: format, lint, types, boundaries, unused exports, and what no tool looks for. Every check
 * runs, so that one go shows everything that is wrong; `-- --only TEXT` runs those whose title holds the text.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ROOT } from '../repository/root.ts';
import { checkDecoding } from './decoding.ts';
import { checkElapsedTime } from './elapsed-time.ts';
import { checkExamples } from './examples.ts';
import type { Check } from './finding.ts';
import { checkFolderOrder } from './folder-order.ts';
import { checkFolderSizes } from './folder-size.ts';
import { checkForbiddenText } from './forbidden-text.ts';
import { checkFormatting } from './formatting.ts';
import { checkLengths } from './lengths.ts';

/** A check by its title. */
interface TitledCheck {
  readonly title: string;
  readonly check: Check;
}

const CHECKS: readonly TitledCheck[] = [
  { title: 'format, lint and import cycles', check: command('biome', 'ci', '--error-on-warnings', '.') },
  { title: 'types of sources', check: command('tsc', '--build') },
  { title: 'types of tests', check: command('tsc', '--project', 'tsconfig.tests.json') },
  { title: 'types of tooling', check: command('tsc', '--project', 'tooling') },
  { title: 'boundaries between packages', check: command('turbo', 'boundaries') },
  { title: 'unused exports', check: command('knip') },
  { title: 'order of folders', check: checkFolderOrder },
  { title: 'files a folder', check: checkFolderSizes },
  { title: 'lengths of functions', check: checkLengths },
  { title: 'examples of exports', check: checkExamples },
  { title: 'files without a formatter', check: checkFormatting },
  { title: 'bytes that are decoded with replacements', check: checkDecoding },
  { title: 'tests that expect an elapsed time to be short', check: checkElapsedTime },
  { title: 'hosts, paths, secrets, hidden types and private words', check: checkForbiddenText },
];

const { values: options } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const selected = CHECKS.filter(({ title }) => title.includes(options.only));
if (selected.length === 0) throw new Error(`No check has "${options.only}" in its title.`);
const failed = selected.filter((each) => !passes(each)).map(({ title }) => title);
console.log(failed.length === 0 ? '\nEvery check passed.' : `\nFailed: ${failed.join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;

function passes({ title, check }: TitledCheck): boolean {
  const findings = check(ROOT);
  for (const finding of findings) console.error(finding);
  console.log(`${findings.length === 0 ? 'ok    ' : 'FAILED'}  ${title}`);
  return findings.length === 0;
}

/** A check by a program, which passes where the program exits with status 0. */
function command(program: string, ...args: string[]): Check {
  return (root) => {
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', NO_COLOR: '1' },
      maxBuffer: 64 * 1024 * 1024,
    });
    return status === 0 ? [] : [error?.message ?? `${stdout}${stderr}`];
  };
}
