import type { Command } from 'commander';
import { type Exported, exportEvidence } from '../../evidence/export-evidence.ts';
import { jsonText } from '../../print/json.ts';
import { count, escaped, rows } from '../../print/layout.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';

interface Options extends HallOptions {
  readonly stream?: string;
  readonly decisions?: boolean;
}

/** `wcp receipts export`: evidence of a Hall as a folder that can be verified anywhere (section 8). */
export function addExport(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'export', {
    summary: 'Write the receipts of a Hall, its checkpoint and its public key into a new folder.',
    example: 'wcp receipts export evidence/',
    exits: '0 written, 2 wrong usage, or the Hall refused; no folder is left then.',
  });
  command
    .argument('<dir>', 'the folder, which must not exist yet')
    .option('--stream <name>', 'those of one tenant alone, each with a proof that the log has it')
    .option('--decisions', 'also the requests, facts and worlds, for `wcp replay --bundle`')
    .action(async (dir: string, options: Options) => {
      const { stream, decisions: withDecisions = false } = options;
      const exported = await exportEvidence(hallOf(terminal, options), dir, { stream, withDecisions });
      terminal.write(options.json ? jsonText(exported) : exportedText(exported));
    });
}

function exportedText({ dir, origin, size, receipts, is_whole, decisions, worlds }: Exported): string {
  const what = is_whole
    ? `${count(receipts, 'receipt')}: the whole log`
    : `${count(receipts, 'receipt')} of the ${size} in the log, each with a proof`;
  const made = decisions === null ? null : `${count(decisions, 'decision')}, ${count(worlds ?? 0, 'world')}`;
  const table = rows([
    ['folder', escaped(dir)],
    ['log', escaped(origin)],
    ['holds', what],
    ['and', made],
  ]);
  const key = 'with --keys and a key of the Hall that you got another way';
  return `${table}Whoever has it can check it: wcp receipts verify ${escaped(dir)} (${key}).\n`;
}
