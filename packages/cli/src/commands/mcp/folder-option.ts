import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Terminal } from '../../base/terminal.ts';

/** Adds the option that names the folder of a gateway. */
export function folderOption(command: Command): Command {
  return command.option(
    '--dir <dir>',
    'the folder of the gateway (default: WCP_MCP_DIR, else .wcp/mcp in your home)',
  );
}

/** The folder of the gateway that a command is about. */
export function folderOf({ env }: Terminal, { dir }: { readonly dir?: string | undefined }): string {
  return resolve(dir ?? (env['WCP_MCP_DIR'] || join(env['HOME'] ?? homedir(), '.wcp', 'mcp')));
}
