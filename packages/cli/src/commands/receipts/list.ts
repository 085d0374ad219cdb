import type { Receipt } from '@wcp/spec';
import type { PlacedReceipt } from '@wcp/spec/hall';
import type { Command } from 'commander';
import { weakestLevel } from '../../print/enforcement.ts';
import { jsonText } from '../../print/json.ts';
import { tableText } from '../../print/table.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import { addListOptions, fetchList, type ListOptions, moreText } from '../list-options.ts';
import type { CommandContext } from '../register.ts';

interface Options extends HallOptions, ListOptions {
  readonly stream?: string;
  readonly correlation?: string;
  readonly decision?: string;
}

/** `wcp receipts list`: receipts of a Hall in the order of its log. */
export function addList(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'list', {
    summary: 'List the receipts of a Hall, oldest first. A tenant sees its own.',
    example: 'wcp receipts list --correlation try-1',
    exits: '0 listed, 2 wrong usage, or the Hall refused.',
  });
  addListOptions(command)
    .option('--stream <name>', 'only those of this tenant')
    .option('--correlation <id>', 'only those with this correlation id')
    .option('--decision <id>', 'only those of this decision')
    .action(async (options: Options) => {
      const { stream, correlation, decision } = options;
      const query = { stream, correlation_id: correlation, decision_id: decision };
      const page = await fetchList(hallOf(terminal, options), 'listReceipts', query, options);
      if (options.json) terminal.write(jsonText(page));
      else terminal.write(listText(page.items, terminal.colours.bold) + moreText(page));
    });
}

function listText(items: readonly PlacedReceipt[], bold: (text: string) => string): string {
  if (items.length === 0) return 'There are no receipts.\n';
  const lines = items.map(({ position, receipt }) => [
    position,
    receipt.dispatched_at,
    receipt.kind,
    receipt.stream,
    receipt.seq,
    whatOf(receipt),
    weakestLevel(receipt.enforcement),
    receipt.decision_id,
  ]);
  return tableText(['position', 'at', 'kind', 'stream', 'seq', 'what', 'envelope', 'decision'], lines, bold);
}

function whatOf({ outcome, deny_code, policy_decision, key, erasure }: Receipt): string | null {
  return outcome?.status ?? deny_code ?? policy_decision ?? key?.action ?? erasure?.scope ?? null;
}
