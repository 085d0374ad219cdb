import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import type { Terminal } from '../../base/terminal.ts';
import { type OpenFolderOptions, openFolder, type RemoteHallOptions } from '../../mcp/open-folder.ts';
import { readyText } from '../../mcp/ready-text.ts';
import { serveClient, serveRemote } from '../../mcp/serve-client.ts';
import { copyNamedWorkers, namedWorker, workersFolderName } from '../../mcp/worker-folder.ts';
import { jsonLine } from '../../print/json.ts';
import { type CommandContext, register } from '../register.ts';
import { folderOf } from './folder-option.ts';

interface Options {
  readonly worker?: readonly string[];
  readonly http?: boolean;
  readonly hall?: string;
  readonly tenant?: string;
  readonly json?: boolean;
}

/** `wcp mcp serve`: the servers of a folder behind one Hall. */
export function addServeMcp(group: Command, { terminal }: CommandContext): void {
  const command = register(group, 'serve', {
    summary: 'Run the gateway of a folder: the servers of its mcp.json, and WCP workers, behind one Hall.',
    details:
      'Serves a client at standard input, and others over HTTP. With --http, over HTTP alone. With --worker, the folder is made for these workers: one that can touch nothing runs, calls of any other wait for a steward.',
    example:
      'wcp mcp serve gateway --http\n\nA WCP worker as a tool:\n  wcp mcp serve --worker workers/hello',
    exits:
      '0 stopped, or the client has gone, 1 it cannot prove that it denies what it must, 2 it cannot be opened.',
  });
  command
    .argument('[dir]', 'the folder (default: WCP_MCP_DIR, else .wcp/mcp in your home)')
    .option(
      '--worker <package...>',
      'serve these WCP workers as tools: folders, or packages that are installed',
    )
    .option('--http', 'serve no client at standard input')
    .option('--hall <url>', 'stand before this Hall, which has the servers, with the key in WCP_HALL_KEY')
    .option('--tenant <id>', 'with --hall: the tenant of that key')
    .action(async (dir: string | undefined, { worker, http, hall, tenant, json }: Options) => {
      if (hall !== undefined || tenant !== undefined) {
        await serveRemote(terminal, remoteOf(hall, tenant, dir ?? http ?? worker));
        return;
      }
      const base = folderOf(terminal, {});
      const folder =
        worker === undefined
          ? { dir: dir === undefined ? base : resolve(dir) }
          : await ofWorkers(base, worker, dir);
      if (http !== true) await serveClient(terminal, folder);
      else await serveHttp(terminal, folder, json === true);
    });
}

/** @throws {CliError} where one of them is missing, or something else is given too */
function remoteOf(url: string | undefined, tenant_id: string | undefined, other: unknown): RemoteHallOptions {
  const isUrl = url !== undefined && /^https?:$/.test(URL.parse(url)?.protocol ?? '');
  if (isUrl && tenant_id !== undefined && other === undefined) return { url, tenant_id };
  throw usageError(
    'With --hall, give the URL of the Hall and --tenant, and neither a folder nor --http or --worker.',
  );
}

/** @throws {CliError} where a folder is named too: it has workers of its own */
async function ofWorkers(
  base: string,
  named: readonly string[],
  dir: string | undefined,
): Promise<OpenFolderOptions> {
  if (dir !== undefined)
    throw usageError('With --worker the folder is made. Name workers of another in its server.json.');
  const workers = await Promise.all(named.map(namedWorker));
  const folder = join(base, workersFolderName(workers));
  return { dir: folder, placeWorkers: () => copyNamedWorkers(folder, workers) };
}

async function serveHttp(terminal: Terminal, options: OpenFolderOptions, isJson: boolean): Promise<void> {
  const { dir } = options;
  const stopped = terminal.untilStopped();
  const folder = await openFolder(terminal, options);
  try {
    if (folder.kind === 'relay') throw usageError('Another process has this folder. Stop it first.');
    terminal.warn(readyText(folder, dir));
    const { urls } = folder.opened;
    if (isJson) terminal.write(jsonLine({ urls }));
    else
      terminal.write(
        `Agents: ${urls?.agents}\nStewards: ${urls?.stewards ?? 'not offered'}\nHall: ${urls?.hall}\n`,
      );
    await stopped;
  } finally {
    await folder.opened.close();
  }
}
