import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What one check of a scenario found. */
export interface Check {
  readonly id: string;
  readonly status: 'SUCCESS' | 'INFO' | 'SKIPPED' | 'WARNING' | 'FAILURE';
  readonly errorMessage?: string;
}

/** The checks of each scenario that ran, by its name. */
export type SuiteRun = ReadonlyMap<string, readonly Check[]>;

/** The scenarios that a revision asks for or knows, and those that the suite does not score. */
export interface Requirements {
  readonly scored: readonly string[];
  readonly all: readonly string[];
}

const here = createRequire(import.meta.url);
const SUITE = fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'));
const FOLDER = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/;

/** The version of the suite that is installed. */
export function suiteVersion(): string {
  return (here(join(dirname(SUITE), '../package.json')) as { readonly version: string }).version;
}

/** Runs all that a revision asks of servers, and what it knows without asking for it, against one address. */
export async function runSuite(url: string, revision: string, dir: string): Promise<SuiteRun> {
  mkdirSync(dir, { recursive: true });
  await finished([SUITE, 'server', '--url', url, '--requirements', revision, '--output-dir', dir]);
  const run = new Map<string, readonly Check[]>();
  for (const name of readdirSync(dir)) {
    const scenario = FOLDER.exec(name)?.[1];
    if (scenario === undefined) continue;
    run.set(scenario, JSON.parse(readFileSync(join(dir, name, 'checks.json'), 'utf8')) as Check[]);
  }
  return run;
}

/** Its exit code says whether all passed, which is not the question here. */
function finished(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
}
