import type { Export } from '@wcp/spec/hall';
import type { Command } from 'commander';
import { jsonText } from '../../print/json.ts';
import { tableText } from '../../print/table.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import { addListOptions, fetchList, type ListOptions, moreText } from '../list-options.ts';
import type { CommandContext } from '../register.ts';

/** `wcp exports list`: how far each export has come. */
export function addList(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'list', {
    summary: 'List the exports, how far each has come, and how much its target refused.',
    example: 'wcp exports list',
    exits: '0 listed, 2 wrong usage, or the Hall refused.',
  });
  addListOptions(command).action(async (options: HallOptions & ListOptions) => {
    const page = await fetchList(hallOf(terminal, options), 'listExports', {}, options);
    if (options.json) terminal.write(jsonText(page));
    else terminal.write(exportListText(page.items, terminal.colours.bold) + moreText(page));
  });
}

function exportListText(exports: readonly Export[], bold: (text: string) => string): string {
  if (exports.length === 0) return 'This Hall has no exports.\n';
  const lines = exports.map(({ name, form, next_position, lag, refused, failure }) => [
    name,
    form ?? 'removed',
    String(next_position),
    String(lag),
    String(refused),
    failure ?? '-',
  ]);
  const table = tableText(['name', 'form', 'next', 'lag', 'refused', 'failure'], lines, bold);
  const refusing = exports.filter(({ refused }) => refused > 0);
  const hints = refusing.map(({ name }) => `See what was refused: wcp exports refused ${name}\n`);
  return table + hints.join('');
}
