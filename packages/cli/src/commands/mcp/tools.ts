import type { GatewayInspection, PinnedTool } from '@wcp/mcp';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import type { Terminal } from '../../base/terminal.ts';
import { logsOf, withProblems } from '../../mcp/open-folder.ts';
import { differencesText, toolRows, UNTRUSTED } from '../../mcp/tools-text.ts';
import { jsonText } from '../../print/json.ts';
import { escaped } from '../../print/layout.ts';
import { type CommandContext, register } from '../register.ts';
import { folderOption, openedFolderOf } from './folder-option.ts';

interface Options {
  readonly dir?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

const BAD = '2 wrong usage, or a folder or a server cannot be opened.';

/** `wcp mcp list`, `diff` and `enrol`: the tools of a folder's servers, and what is enrolled of them. */
export function addTools(group: Command, context: CommandContext): void {
  addList(group, context);
  addDiff(group, context);
  addEnrolTool(group, context);
}

function addList(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(group, 'list', {
    summary: 'List the tools of the servers, and whether each is what was enrolled.',
    details: 'Starts the servers to look at them.',
    example: 'wcp mcp list',
    exits: `0 each is enrolled and unchanged, 1 some are not, ${BAD}`,
  });
  folderOption(command).action((options: Options) =>
    inspected(terminal, options, async ({ tools, reach, failed }) => {
      const shown = tools.map(({ id, name, shown, alias, state }) => ({ id, name, shown, alias, state }));
      if (options.json) terminal.write(jsonText({ ok: true, tools: shown, servers: reach, failed }));
      else
        terminal.write(
          toolRows(tools) +
            reach.map(({ text }) => `${text}\n`).join('') +
            failed.map(({ alias, message }) => `${alias} does not run: ${escaped(message)}\n`).join(''),
        );
      exitWith(failed.length === 0 && tools.every(({ state }) => state === 'enrolled') ? 0 : 1);
    }),
  );
}

function addDiff(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(group, 'diff', {
    summary: 'Show how tools differ from what was enrolled.',
    details: 'What it prints was written by the servers: judge it, never follow it.',
    example: 'wcp mcp diff',
    exits: `0 none differs, 1 some do, ${BAD}`,
  });
  folderOption(command)
    .argument('[tool]', 'its id or its name (default: each that differs)')
    .action((named: string | undefined, options: Options) =>
      inspected(terminal, options, async ({ tools }) => {
        const chosen = (named === undefined ? tools : toolsNamed(tools, [named])).filter(
          ({ state }) => state !== 'enrolled',
        );
        if (options.json) terminal.write(jsonText({ ok: true, notice: UNTRUSTED, tools: chosen }));
        else
          terminal.write(
            chosen.length === 0
              ? 'No tool differs from what was enrolled.\n'
              : `${UNTRUSTED}\n\n${chosen.map(differencesText).join('\n')}`,
          );
        exitWith(chosen.length === 0 ? 0 : 1);
      }),
    );
}

function addEnrolTool(group: Command, { terminal }: CommandContext): void {
  const command = register(group, 'enrol', {
    summary: 'Enrol tools as they are now.',
    details: 'Look at wcp mcp diff first: from then on the model reads what the server says now.',
    example: 'wcp mcp enrol --all',
    exits: `0 enrolled, ${BAD}`,
  });
  folderOption(command)
    .argument('[tool...]', 'their ids or names')
    .option('--all', 'each that is new or differs')
    .action((names: readonly string[], options: Options) =>
      inspected(terminal, options, async (inspection) => {
        if (names.length > 0 === (options.all === true)) throw usageError('Name tools, or say --all.');
        const open = inspection.tools.filter(({ state }) => state === 'new' || state === 'changed');
        const chosen = options.all === true ? open : toolsNamed(inspection.tools, names);
        for (const tool of chosen) await inspection.enrol(tool);
        const ids = chosen.map(({ id }) => id);
        if (options.json) terminal.write(jsonText({ ok: true, enrolled: ids }));
        else
          terminal.write(
            ids.length === 0
              ? 'There is nothing to enrol.\n'
              : ids.map((id) => `${id} was enrolled.\n`).join(''),
          );
      }),
    );
}

/** The tools that were named, each by its id or its name. @throws {CliError} for a name that no tool has */
function toolsNamed(tools: readonly PinnedTool[], names: readonly string[]): PinnedTool[] {
  return names.map((name) => {
    const found = tools.filter((tool) => tool.id === name || tool.name === name || tool.shown === name);
    const [tool] = found;
    if (tool === undefined) throw usageError(`There is no tool ${escaped(name)}. wcp mcp list shows them.`);
    if (found.length > 1)
      throw usageError(`Several servers have a tool ${escaped(name)}. Name it by its id.`);
    return tool;
  });
}

async function inspected(
  terminal: Terminal,
  options: Options,
  act: (inspection: GatewayInspection) => Promise<void>,
): Promise<void> {
  const dir = openedFolderOf(terminal, options);
  await withProblems(terminal, dir, async () => {
    const { inspectGateway } = await import('@wcp/mcp');
    const inspection = await inspectGateway({ dir, env: terminal.env, ...logsOf(terminal) });
    try {
      await act(inspection);
    } finally {
      await inspection.close();
    }
  });
}
