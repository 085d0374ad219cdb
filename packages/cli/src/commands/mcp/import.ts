import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { ClientName } from '@wcp/mcp';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import type { Terminal } from '../../base/terminal.ts';
import { gatewayLaunch } from '../../mcp/gateway-launch.ts';
import { importServers } from '../../mcp/import-servers.ts';
import { importText } from '../../mcp/import-text.ts';
import { jsonText } from '../../print/json.ts';
import { type CommandContext, register } from '../register.ts';
import { folderOf, folderOption } from './folder-option.ts';

interface Options extends Partial<Record<ClientName, boolean>> {
  readonly dir?: string;
  readonly write?: boolean;
  readonly json?: boolean;
}

/** `wcp mcp import`: the servers of a client move behind the gateway. */
export function addImport(group: Command, { terminal, exitWith }: CommandContext): void {
  const command = register(group, 'import', {
    summary: 'Move the MCP servers of a client behind the gateway.',
    details:
      'Shows what would change. With --write it is written, after a copy of the client’s file; nothing is started. wcp mcp undo takes it back.',
    example: 'wcp mcp import .mcp.json',
    exits:
      '0 shown or written, 1 the client has no server that could be moved, 2 wrong usage, or a file cannot be read or written.',
  });
  folderOption(command)
    .argument('[file]', "the client's configuration")
    .option('--claude', 'that of Claude Code or Claude Desktop')
    .option('--cursor', 'that of Cursor')
    .option('--vscode', 'that of VS Code')
    .option('--write', 'write it, instead of only showing it')
    .action(async (file: string | undefined, options: Options) => {
      const dir = folderOf(terminal, options);
      const launch = gatewayLaunch(dir);
      const named = await fileOf(terminal, file, options);
      const done = await importServers(terminal, {
        file: named,
        dir,
        launch,
        writes: options.write === true,
      });
      terminal.write(options.json ? jsonText({ ok: true, dir, ...done }) : importText(done, dir));
      exitWith(done.plan.taken.length === 0 ? 1 : 0);
    });
}

const CLIENTS: readonly ClientName[] = ['claude', 'cursor', 'vscode'];

/** The file that was named, or the first one there is of the client that was. */
async function fileOf({ env }: Terminal, file: string | undefined, options: Options): Promise<string> {
  const clients = CLIENTS.filter((client) => options[client] === true);
  const [client] = clients;
  if ((file === undefined) !== (clients.length === 1) || (file !== undefined && clients.length > 0)) {
    throw usageError('Name one file, or one of --claude, --cursor and --vscode.');
  }
  if (file !== undefined || client === undefined) return resolve(file ?? '');
  const { clientFiles } = await import('@wcp/mcp');
  const places = {
    home: env['HOME'] ?? homedir(),
    cwd: process.cwd(),
    platform: process.platform,
    app_data: env['APPDATA'],
  };
  const files = clientFiles(client, places);
  const found = files.find((each) => existsSync(each));
  if (found !== undefined) return found;
  throw usageError(
    `There is no configuration of this client. Name its file; wcp looked for ${files.join(', ')}.`,
  );
}
