import type { Command } from 'commander';
import { usageError } from '../../cli-error.ts';
import { type HallOptions, hallOf, registerHall } from '../../client/hall-options.ts';
import { EXIT } from '../../exit-code.ts';
import { chainTreeText } from '../../print/chain-tree.ts';
import { jsonText } from '../../print/json.ts';
import { escaped } from '../../print/layout.ts';
import type { CommandContext } from '../../register.ts';
import type { Terminal } from '../../terminal.ts';
import { growTree } from '../../tree/grow-tree.ts';
import { type ChainRecords, chainFromBundle, chainFromHall } from '../../tree/read-chain.ts';

interface Options extends HallOptions {
  readonly bundle?: string;
}

/** `wcp receipts tree`: what was decided under a correlation id, and what asked for what (section 9.5). */
export function addTree(group: Command, { terminal, settle }: CommandContext): void {
  const command = registerHall(group, 'tree', {
    summary: 'Show a chain as a tree: which dispatch asked for which, what each spent, and how it ended.',
    example: 'wcp receipts tree try-1\n  $ wcp receipts tree try-1 --bundle evidence/',
    exits: '0 shown, 1 nothing was decided under it, 2 wrong usage or bad input, or the Hall refused.',
  });
  command
    .argument('<correlation>', 'the correlation id')
    .option('--bundle <dir>', 'read a folder of `wcp receipts export --decisions` instead of a Hall')
    .action(async (correlation: string, options: Options) => {
      const { records, receipts } = await read(terminal, correlation, options);
      const tree = growTree(records, receipts);
      if (options.json) terminal.write(jsonText({ correlation_id: correlation, tree }));
      else if (tree.length === 0) terminal.write(`Nothing was decided under ${escaped(correlation)}.\n`);
      else terminal.write(chainTreeText(correlation, tree, terminal.colours));
      settle(tree.length === 0 ? EXIT.found : EXIT.fine);
    });
}

function read(terminal: Terminal, correlation: string, options: Options): Promise<ChainRecords> {
  const { bundle, url, key } = options;
  if (bundle === undefined) return chainFromHall(hallOf(terminal, options), correlation);
  if (url === undefined && key === undefined) return chainFromBundle(terminal, bundle, correlation);
  throw usageError('Name either a folder (--bundle) or a Hall (--url, --key).');
}
