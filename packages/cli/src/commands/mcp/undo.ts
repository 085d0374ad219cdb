import type { Command } from 'commander';
import { undoImport } from '../../mcp/undo-import.ts';
import { jsonText } from '../../print/json.ts';
import { escaped } from '../../print/layout.ts';
import { type CommandContext, register } from '../register.ts';
import { folderOf, folderOption } from './folder-option.ts';

/** `wcp mcp undo`: takes the latest import back. */
export function addUndo(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(group, 'undo', {
    summary: "Take the latest import back: the client's file is what it was.",
    example: 'wcp mcp undo',
    exits: '0 undone, 1 there is no import to undo, 2 the file was changed since, or cannot be written.',
  });
  folderOption(command)
    .option('--force', 'lose what was changed in the file since the import')
    .action(async (options: { readonly dir?: string; readonly force?: boolean; readonly json?: boolean }) => {
      const undone = await undoImport(terminal, folderOf(terminal, options), {
        force: options.force === true,
      });
      exitWith(undone === null ? 1 : 0);
      if (options.json) terminal.write(jsonText({ ok: undone !== null, undone }));
      else
        terminal.write(
          undone === null
            ? 'There is no import to undo.\n'
            : `${escaped(undone.file)} is what it was before the import.\n`,
        );
    });
}
