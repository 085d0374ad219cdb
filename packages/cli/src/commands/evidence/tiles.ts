import type { Command } from 'commander';
import { warnOfExposure } from '../../evidence/export-evidence.ts';
import { type TilesWritten, writeTiles } from '../../evidence/write-tiles.ts';
import { jsonText } from '../../print/json.ts';
import { count, escaped, rows } from '../../print/layout.ts';
import { Progress } from '../../print/progress.ts';
import { type HallOptions, hallOf, registerHall } from '../hall-options.ts';
import type { CommandContext } from '../register.ts';

/** `wcp evidence tiles`: the log of a Hall as plain files that any web server serves (section 8.10). */
export function addTiles(group: Command, { terminal }: CommandContext): void {
  const command = registerHall(group, 'tiles', {
    summary:
      'Write the log of a Hall as tiles (C2SP tlog-tiles): plain files for any web server or object store.',
    example: 'wcp evidence tiles log/',
    details:
      'Run again, it adds what is new: a tile that was written never changes, and `checkpoint` is written last. The entries are the receipts, which name tenants: serve them to whom you trust with that.',
    exits: '0 written, 2 wrong usage, or the Hall refused, or the folder holds the tiles of another log.',
  });
  command
    .argument('<dir>', 'the folder, which is made or continued')
    .action(async (dir: string, options: HallOptions) => {
      const progress = new Progress(terminal, 'receipts written');
      const written = await writeTiles(hallOf(terminal, options), dir, (done, of) =>
        progress.report(done, of),
      );
      terminal.write(options.json ? jsonText(written) : writtenText(written));
      warnOfExposure(terminal, written);
    });
}

function writtenText({ dir, origin, size, receipts, files }: TilesWritten): string {
  const table = rows([
    ['folder', escaped(dir)],
    ['log', escaped(origin)],
    ['contains', `${count(size, 'receipt')}, ${receipts} of them new`],
    ['written', count(files, 'file')],
  ]);
  return `${table}Anyone can verify it: wcp receipts verify ${escaped(dir)} (with --keys and a public key of the Hall that you trust).\n`;
}
