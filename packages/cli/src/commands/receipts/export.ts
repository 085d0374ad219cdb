import type { Command } from 'commander';
import { type Exported, exportEvidence, warnOfExposure } from '../../evidence/export-evidence.ts';
import { jsonText } from '../../print/json.ts';
import { count, escaped, rows } from '../../print/layout.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';

interface Options extends HallOptions {
  readonly stream?: string;
  readonly decisions?: boolean;
}

/** `wcp receipts export`: the evidence of a Hall as a folder that can be verified anywhere (section 8). */
export function addExport(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'export', {
    summary: 'Export receipts, checkpoint and public key of a Hall to a new folder.',
    example: 'wcp receipts export evidence/',
    exits: '0 written, 2 wrong usage, or the Hall refused; nothing is written then.',
  });
  command
    .argument('<dir>', 'the folder, which must not exist yet')
    .option('--stream <name>', 'only those of this tenant, each with a proof that it is in the log')
    .option('--decisions', 'also the requests, facts and worlds, for `wcp replay --bundle`')
    .action(async (dir: string, options: Options) => {
      const { stream, decisions: withDecisions = false } = options;
      const exported = await exportEvidence(hallOf(terminal, options), dir, { stream, withDecisions });
      terminal.write(options.json ? jsonText(exported) : exportedText(exported));
      warnOfExposure(terminal, exported);
    });
}

function exportedText({
  dir,
  origin,
  size,
  receipts,
  is_whole,
  decisions,
  not_held,
  worlds,
}: Exported): string {
  const what = is_whole
    ? `${count(receipts, 'receipt')}: the whole log`
    : `${count(receipts, 'receipt')} of the ${size} in the log, each with a proof`;
  const recorded =
    decisions === null
      ? null
      : [
          count(decisions, 'decision'),
          count(worlds ?? 0, 'world'),
          ...(not_held === null || not_held === 0 ? [] : [`${count(not_held, 'request')} no longer held`]),
        ].join(', ');
  const table = rows([
    ['folder', escaped(dir)],
    ['log', escaped(origin)],
    ['contains', what],
    ['and', recorded],
  ]);
  const key = 'with --keys and a public key of the Hall that you trust';
  return `${table}Anyone can verify it: wcp receipts verify ${escaped(dir)} (${key}).\n`;
}
