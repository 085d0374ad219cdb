import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { ContainedServer } from '@wcp/mcp';
import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import type { Terminal } from '../../base/terminal.ts';
import { withProblems } from '../../mcp/open-folder.ts';
import { serveClient } from '../../mcp/serve-client.ts';
import { networkEnv, STDIO_RESULTS } from '../../mcp/server-defaults.ts';
import { readCount } from '../read-count.ts';
import { type CommandContext, register } from '../register.ts';

interface Options {
  readonly dir?: string;
  readonly name?: string;
  readonly trust?: boolean;
  readonly run?: readonly string[];
  readonly deny?: readonly string[];
  readonly env?: readonly string[];
  readonly wait?: string;
  readonly allowWrite?: readonly string[];
  readonly allowRead?: readonly string[];
  readonly allowHost?: readonly string[];
  readonly scripts?: boolean;
  /** False for `--no-containment`. */
  readonly containment: boolean;
}

/** `wcp mcp wrap`: one server behind a Hall of its own, in the place of its command. */
export function addWrap(group: Command, { terminal }: CommandContext): void {
  const command = register(group, 'wrap', {
    summary: 'Stand before the command of one MCP server, in the configuration of a client.',
    details:
      'Makes a folder with keys, enrols each tool at first sight, and serves the client at standard input. Calls wait for a steward unless you trust the server or name tools that run. A package that npx would fetch is installed once, without install scripts, and runs contained: it may touch the folders and files that its command names, and no network.',
    example: 'wcp mcp wrap --trust -- npx -y @modelcontextprotocol/server-filesystem .',
    exits:
      '0 the client has gone, 1 it cannot prove that it denies what it must, 2 wrong usage, or it cannot be opened.',
  });
  command
    .argument('<command...>', 'the command of the server, after --')
    .option('--name <name>', 'the name of the server in ids (default: from its command)')
    .option('--trust', 'trust what the server says of its tools: those that only read run')
    .option('--run <tool...>', 'tools that run without a steward')
    .option('--deny <tool...>', 'tools that nobody may call')
    .option('--env <name...>', 'variables of this environment that the server gets')
    .option('--allow-write <folder...>', 'folders that a contained server may write to')
    .option('--allow-read <path...>', 'files and folders that a contained server may read')
    .option('--allow-host <host...>', 'hosts that a contained server may reach, such as api.example.com:443')
    .option('--scripts', 'run the install scripts of its packages, contained: code that nobody has looked at')
    .option('--no-containment', 'let it run with your rights')
    .option('--wait <seconds>', 'how long a held call waits for the steward before it is answered')
    .option('--dir <dir>', 'the folder (default: one for this very command under .wcp/mcp in your home)')
    .action(async (words: string[], options: Options) => {
      const contained = await containmentOf(terminal, words, options);
      const dir = dirOf(terminal, options, settingsOf(words, options, contained));
      const settings = settingsOf(words, options, contained, contained?.isolation);
      await serveClient(terminal, { dir, settings, needsServers: true });
    });
}

/** How the server is contained; null where it runs with the rights of whoever starts it, which is said. */
async function containmentOf(
  terminal: Terminal,
  [command = '', ...args]: readonly string[],
  { containment, allowWrite, allowRead, allowHost }: Options,
): Promise<ContainedServer | null> {
  const isAllowed = [allowWrite, allowRead, allowHost].some((each) => each !== undefined);
  if (!containment && isAllowed)
    throw usageError('What is allowed has no effect with --no-containment. Leave one of them out.');
  if (!containment) return null;
  const given = {
    ...(allowWrite && { allow_write: allowWrite }),
    ...(allowRead && { allow_read: allowRead }),
    ...(allowHost && { allow_hosts: allowHost }),
  };
  const { containedServer } = await import('@wcp/mcp');
  const server = await withProblems(terminal, command, () =>
    containedServer({ command, args, cwd: process.cwd(), ...given }),
  );
  if (typeof server !== 'string') return server;
  terminal.warn(`wcp: The server is not contained, because ${server}.\n`);
  if (isAllowed) throw usageError(`This server cannot be contained: ${server}. Leave out what is allowed.`);
  return null;
}

/** What `mcp.json` of a new folder says. */
function settingsOf(
  [command = '', ...args]: readonly string[],
  options: Options,
  contained: ContainedServer | null,
  isolation?: ContainedServer['isolation'],
) {
  const { name = nameOf([command, ...args]), trust, run, deny, env, wait, scripts } = options;
  const server = {
    command,
    args,
    env: {
      // A contained server reaches no proxy.
      ...(contained === null && networkEnv()),
      ...Object.fromEntries((env ?? []).map((each) => [each, `\${${each}}`])),
    },
    ...contained,
    // Whether this machine can contain it does not make it another server.
    isolation,
    ...(scripts === true && { install: 'scripts' }),
    results: STDIO_RESULTS,
    ...(trust === true && { trust: 'annotations' }),
    ...(run !== undefined && { run }),
    ...(deny !== undefined && { deny }),
  };
  const waits = wait === undefined ? {} : { wait_ms: readCount('--wait', wait, 1, 3_600) * 1_000 };
  return { prefix: false, servers: { [name]: server }, ...waits };
}

/** Another command, and another word about its tools, is another server: its tools are seen for the first time. */
function dirOf({ env }: Terminal, { dir }: Options, settings: ReturnType<typeof settingsOf>): string {
  if (dir !== undefined) return resolve(dir);
  const [name = 'server'] = Object.keys(settings.servers);
  const hash = createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 8);
  return join(env['WCP_MCP_DIR'] || join(env['HOME'] ?? homedir(), '.wcp', 'mcp'), `${name}-${hash}`);
}

/** Launchers, which say nothing about the server that they start. */
const LAUNCHERS = new Set([
  'npx',
  'node',
  'uvx',
  'uv',
  'bunx',
  'bun',
  'deno',
  'python',
  'python3',
  'docker',
  'run',
  'exec',
  'x',
]);

function nameOf(words: readonly string[]): string {
  const word = words.find((each) => !each.startsWith('-') && !LAUNCHERS.has(basename(each))) ?? 'server';
  const name = basename(word)
    .replace(/@[\d.^~a-z-]+$/, '')
    .replace(/\.(?:[cm]?[jt]s|py)$/, '')
    .replace(/^(?:mcp-)?server-|^mcp-|-mcp$|-mcp-server$|-server$/g, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 16);
  return name === '' ? 'server' : name;
}
