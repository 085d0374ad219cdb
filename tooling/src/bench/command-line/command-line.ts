import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timesInTurns } from '../measure.ts';
import { type BenchRow, sampledRow } from '../row.ts';
import { input, rules, worker } from '../world.ts';
import { PEAK, peakIn } from './peak.ts';

const WCP = fileURLToPath(new URL('../../../../packages/cli/bin/wcp.mjs', import.meta.url));
const ROUNDS = 15;

/** Command lines, the first of which does nothing. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'node -e 0': ['-e', '0'],
  'wcp --help': [WCP, '--help'],
  'wcp version': [WCP, 'version'],
  'wcp route': [WCP, 'route', 'request.json', '--rules', 'rules.json', '--workers', 'worker.json', '--json'],
};

/** What small commands of `wcp` take from their start to their end, beside a Node that does nothing, in turns. */
export async function commandLineRows(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wcp-bench-cli-'));
  try {
    const documents = { request: input('dev'), rules: rules(10), worker: worker() };
    for (const [name, content] of Object.entries(documents)) {
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(content));
    }
    const commands = Object.values(COMMANDS);
    const times = await timesInTurns(
      commands.map((args) => () => run(args, folder)),
      ROUNDS,
    );
    const peaks = commands.map((args) =>
      Array.from({ length: ROUNDS }, () => peakIn(run(['--import', PEAK, ...args], folder))),
    );
    return [...rowsOf('time', 'ms', times), ...rowsOf('memory', 'MiB', peaks)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rowsOf(what: string, unit: string, samples: readonly (readonly number[])[]): BenchRow[] {
  return Object.keys(COMMANDS).map((name, index) =>
    sampledRow(`cli: ${name}, ${what}`, unit, samples[index] ?? [], samples[0]),
  );
}

/** What is kept of compiled code is kept in the folder: nobody else's counts. */
function run(args: readonly string[], folder: string): string {
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    env: { ...env, XDG_CACHE_HOME: folder },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`\`node ${args.join(' ')}\` ended with ${status}: ${stderr}`);
  return stderr;
}
