import type { RefusedReceipt } from '@wcp/spec/hall';
import type { Command } from 'commander';
import { jsonText } from '../../print/json.ts';
import { tableText } from '../../print/table.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import { addListOptions, fetchList, type ListOptions, moreText } from '../list-options.ts';
import type { CommandContext } from '../register.ts';

/** `wcp exports refused`: the receipts that a target refused for good. */
export function addRefused(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'refused', {
    summary: 'List the receipts that the target of an export refused for good.',
    details: 'They stay in the log, and the export goes on without them.',
    example: 'wcp exports refused siem',
    exits: '0 listed, 1 there is no such export, 2 wrong usage, or the Hall refused.',
  });
  addListOptions(command.argument('<export>', 'the name of the export')).action(
    async (name: string, options: HallOptions & ListOptions) => {
      const page = await fetchList(hallOf(terminal, options), 'listRefusedReceipts', { name }, options);
      if (options.json) terminal.write(jsonText(page));
      else terminal.write(refusedText(page.items, terminal.colours.bold) + moreText(page));
    },
  );
}

function refusedText(receipts: readonly RefusedReceipt[], bold: (text: string) => string): string {
  if (receipts.length === 0) return 'No receipt is refused.\n';
  const lines = receipts.map(({ position, at, reason }) => [String(position), at, reason]);
  return tableText(['position', 'at', 'reason'], lines, bold);
}
