import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import type { Terminal } from '../../base/terminal.ts';
import { escaped } from '../../print/layout.ts';

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

/**
 * The folder of a gateway that there is: where nothing is named and `mcp import` made none, the one that `mcp wrap` made.
 *
 * @throws {CliError} where it made several
 */
export function openedFolderOf(terminal: Terminal, options: { readonly dir?: string | undefined }): string {
  const dir = folderOf(terminal, options);
  if (options.dir !== undefined || isGateway(dir) || !existsSync(dir)) return dir;
  const wrapped = readdirSync(dir)
    .map((name) => join(dir, name))
    .filter(isGateway);
  if (wrapped.length <= 1) return wrapped[0] ?? dir;
  const named = wrapped.map((each) => `\n  --dir ${escaped(each)}`).join('');
  throw usageError(`There are several gateways. Say which one you mean:${named}`);
}

function isGateway(dir: string): boolean {
  return existsSync(join(dir, 'mcp.json'));
}
