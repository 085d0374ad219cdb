import { compileWorld } from '@wcp/router';
import type { Command } from 'commander';
import { EXIT } from '../../base/exit-code.ts';
import type { Terminal } from '../../base/terminal.ts';
import { ANY_CATALOG } from '../../input/any-catalog.ts';
import { InputReader } from '../../input/input-reader.ts';
import { loadWorkers } from '../../input/load-workers.ts';
import { addWorldDiagnostics } from '../../input/world-diagnostics.ts';
import { jsonText } from '../../print/json.ts';
import type { AuditFinding } from '../../replay/audit.ts';
import type { Flip } from '../../replay/flip.ts';
import { type ReplaySettings, replay } from '../../replay/replay.ts';
import type { Replacements } from '../../replay/world-cache.ts';
import { registerHall } from '../hall-options.ts';
import { addRecordOptions, type RecordOptions, readWindow, sourceOf } from '../record-options.ts';
import type { CommandContext } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';
import { foundText, notHeldText, replayText } from './replay-text.ts';

interface ReplayOptions extends RecordOptions {
  readonly rules?: string;
  readonly config?: string;
  readonly workers?: readonly string[];
}

/** With --json, more are counted but not printed. */
const MAX_PRINTED = 10_000;

/** `wcp replay`: decides every recorded request again, under the same documents or other ones. */
export function addReplay(program: Command, context: CommandContext): void {
  const command = registerHall(program, 'replay', {
    summary: SUMMARIES.replay,
    example: 'wcp replay --rules new-rules.json --since 2026-11-01T00:00:00Z',
    details:
      'With --rules, --config or --workers it lists the decisions that would change. Without them it checks that each decision comes out as its receipt says.',
    exits: '0 no decision changes, 1 some do, 2 wrong usage or bad input.',
  });
  addRecordOptions(command)
    .option('--rules <file>', 'routing rules to use instead of the recorded ones')
    .option('--config <file>', 'a configuration to use instead of the recorded one')
    .option(
      '--workers <files...>',
      'registry records, or folders of them, to use instead of the recorded ones',
    )
    .action((options: ReplayOptions) => run(context, options));
}

async function run({ terminal, exitWith }: CommandContext, options: ReplayOptions): Promise<void> {
  const window = readWindow(options);
  const replacements = await loadReplacements(terminal, options);
  const printed: (Flip | AuditFinding)[] = [];
  const found: ReplaySettings['found'] = (each) => {
    if (options.json !== true) terminal.write(foundText(each, terminal.colours));
    else if (printed.length < MAX_PRINTED) printed.push(each);
  };
  const notHeld: ReplaySettings['notHeld'] = (receipt) => {
    if (options.json !== true) terminal.write(notHeldText(receipt, terminal.colours));
  };
  const summary = await replay(sourceOf(terminal, options), { replacements, ...window, found, notHeld });
  const ok = summary.flips === 0;
  if (options.json) terminal.write(jsonText({ ok, ...summary, found: printed }));
  else terminal.write(replayText(summary, terminal.colours));
  exitWith(ok ? EXIT.ok : EXIT.found);
}

/** Documents with errors would deny everything, so they are refused before the replay. */
async function loadReplacements(terminal: Terminal, options: ReplayOptions): Promise<Replacements> {
  const reader = new InputReader(terminal);
  const rules = options.rules === undefined ? null : await reader.json(options.rules);
  const config = options.config === undefined ? null : await reader.json(options.config);
  const workers = options.workers === undefined ? null : await loadWorkers(reader, options.workers);
  const records = workers?.map(({ value }) => value);
  const replacements: Replacements = {
    ...(rules !== null && { rules: rules.value }),
    ...(config !== null && { config: config.value }),
    ...(records !== undefined && { workers: records }),
  };
  const world = compileWorld({ ...replacements, catalogVersion: ANY_CATALOG });
  addWorldDiagnostics(reader, world, { rules, config, workers: workers ?? [] });
  reader.throwErrors();
  return replacements;
}
