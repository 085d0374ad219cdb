import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { openFolder } from '../../mcp/open-folder.ts';
import { jsonText } from '../../print/json.ts';
import { escaped } from '../../print/layout.ts';
import { type CommandContext, register } from '../register.ts';
import { folderOption, openedFolderOf } from './folder-option.ts';

/** `wcp mcp test`: whether the gateway of a folder would serve. */
export function addTest(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(group, 'test', {
    summary: 'Open the gateway of a folder, prove that it denies what it must, and close it again.',
    example: 'wcp mcp test',
    exits:
      '0 it serves all of its servers, 1 it cannot deny, or a server does not run, 2 it cannot be opened.',
  });
  folderOption(command).action(async (options: { readonly dir?: string; readonly json?: boolean }) => {
    const dir = openedFolderOf(terminal, options);
    const { kind, opened } = await openFolder(terminal, { dir, listens: false });
    try {
      if (kind === 'relay')
        throw usageError('A gateway has this folder now: it proved that it denies when it started.');
      const { failed, reach, catalog, workers } = opened;
      const enrolled = catalog.tools().filter(({ state }) => state === 'enrolled');
      const count = enrolled.length + workers.tools().length;
      if (options.json)
        terminal.write(
          jsonText({ ok: failed.length === 0, denies: true, tools: count, servers: reach, failed }),
        );
      else {
        terminal.write(`It denies what nobody enrolled and whom nobody knows. ${count} tools are served.\n`);
        for (const { text } of reach) terminal.write(`${text}\n`);
        for (const { alias, message } of failed)
          terminal.write(`${alias} does not run: ${escaped(message)}\n`);
      }
      exitWith(failed.length === 0 ? 0 : 1);
    } finally {
      await opened.close();
    }
  });
}
