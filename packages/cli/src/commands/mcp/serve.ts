import { resolve } from 'node:path';
import type { Command } from 'commander';
import { openFolder } from '../../mcp/open-folder.ts';
import { serveClient } from '../../mcp/serve-client.ts';
import { readyText } from '../../mcp/ready-text.ts';
import { jsonLine } from '../../print/json.ts';
import { usageError } from '../../base/cli-error.ts';
import type { Terminal } from '../../base/terminal.ts';
import { type CommandContext, register } from '../register.ts';
import { folderOf } from './folder-option.ts';

interface Options {
  readonly http?: boolean;
  readonly json?: boolean;
}

/** `wcp mcp serve`: the servers of a folder behind one Hall. */
export function addServeMcp(group: Command, { terminal }: CommandContext): void {
  const command = register(group, 'serve', {
    summary: 'Run the gateway of a folder: the servers of its mcp.json behind one Hall.',
    details: 'Serves a client at standard input, and others over HTTP. With --http, over HTTP alone.',
    example: 'wcp mcp serve gateway --http',
    exits: '0 stopped, or the client has gone, 1 it cannot prove that it denies what it must, 2 it cannot be opened.',
  });
  command
    .argument('[dir]', 'the folder (default: WCP_MCP_DIR, else .wcp/mcp in your home)')
    .option('--http', 'serve no client at standard input')
    .action(async (dir: string | undefined, { http, json }: Options) => {
      const folder = dir === undefined ? folderOf(terminal, {}) : resolve(dir);
      if (http !== true) await serveClient(terminal, { dir: folder });
      else await serveHttp(terminal, folder, json === true);
    });
}

async function serveHttp(terminal: Terminal, dir: string, isJson: boolean): Promise<void> {
  const stopped = terminal.untilStopped();
  const folder = await openFolder(terminal, { dir });
  try {
    if (folder.kind === 'relay') throw usageError('Another process has this folder. Stop it first.');
    terminal.warn(readyText(folder, dir));
    const { urls } = folder.opened;
    if (isJson) terminal.write(jsonLine({ urls }));
    else terminal.write(`Agents: ${urls?.agents}\nStewards: ${urls?.stewards ?? 'not offered'}\nHall: ${urls?.hall}\n`);
    await stopped;
  } finally {
    await folder.opened.close();
  }
}
