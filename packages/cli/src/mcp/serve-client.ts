import { Readable, Writable } from 'node:stream';
import type { Caller, Gateway } from '@wcp/mcp';
import { CliError, usageError } from '../base/cli-error.ts';
import { cliVersion } from '../base/package-file.ts';
import { fileProblem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import {
  heldTo,
  keyOf,
  type OpenFolder,
  type OpenFolderOptions,
  openFolder,
  type RemoteHallOptions,
  withProblems,
} from './open-folder.ts';
import { readyText } from './ready-text.ts';

/** How a client is served. */
export interface ServeClientOptions extends OpenFolderOptions {
  /** Whether it is of no use without all of its servers. */
  readonly needsServers?: boolean;
}

/**
 * Serves the client at standard input and output until its input ends or the program is told to stop.
 *
 * @throws {CliError} where the gateway cannot be opened
 */
export async function serveClient(terminal: Terminal, options: ServeClientOptions): Promise<void> {
  const stopped = terminal.untilStopped();
  const folder = await openFolder(terminal, options);
  try {
    if (options.needsServers === true) checkServers(folder);
    const caller = await callerOf(terminal, options.dir, folder);
    terminal.warn(readyText(folder, options.dir));
    await serve(terminal, folder, caller, stopped);
  } finally {
    await folder.opened.close();
    terminal.leaveUnread?.();
  }
}

/** A client that gets no tools does not say why: one whose server failed to start does. */
function checkServers({ kind, opened }: OpenFolder): void {
  if (kind === 'relay' || opened.failed.length === 0) return;
  throw new CliError(
    opened.failed.map(({ alias, message }) =>
      fileProblem(
        alias,
        'SERVER_FAILED',
        `${message} Run its command by itself to see why. It gets no variable that is not named with --env.`,
      ),
    ),
  );
}

/** What a face stands before. */
type Served =
  | Extract<OpenFolder, { readonly kind: 'own' }>
  | { readonly kind: 'relay'; readonly opened: { readonly gateway: Gateway } };

/**
 * Serves the client at standard input and output before a Hall that runs elsewhere.
 *
 * @throws {CliError} where there is no key, or the Hall cannot prove that it denies
 */
export async function serveRemote(terminal: Terminal, { url, tenant_id }: RemoteHallOptions): Promise<void> {
  const stopped = terminal.untilStopped();
  const key = keyOf(terminal);
  if (key === undefined) throw usageError('Set WCP_HALL_KEY to the key of the tenant.');
  const opened = await withProblems(terminal, url, async () => {
    const { openRemoteGateway } = await import('@wcp/mcp');
    return openRemoteGateway({ url, key, tenant_id, version: cliVersion(), onHeld: heldTo(terminal) });
  });
  try {
    await serve(terminal, { kind: 'relay', opened }, opened.caller, stopped);
  } finally {
    await opened.close();
    terminal.leaveUnread?.();
  }
}

async function serve(
  terminal: Terminal,
  { kind, opened }: Served,
  caller: Caller,
  stopped: Promise<void>,
): Promise<void> {
  const { serveStdioFace } = await import('@wcp/mcp');
  const input = inputOf(terminal);
  const face = serveStdioFace({
    gateway: opened.gateway,
    caller,
    input,
    output: outputOf(terminal),
    ...(kind === 'own' && { holds: opened.holds }),
    log: ({ message }) => terminal.warn(`wcp: ${message}\n`),
  });
  await Promise.race([face.closed, stopped]);
  await face.close();
  input.destroy();
}

/** Standard input itself where it is a stream: one around it would not let go of it, and the program would not end. */
function inputOf(terminal: Terminal): Readable {
  const input = terminal.readStdin();
  return input instanceof Readable ? input : Readable.from(input, { objectMode: false });
}

/** Messages go to standard output whole, and nothing else does; what its reader has not read yet counts as unread. */
function outputOf(terminal: Terminal): Writable {
  return new Writable({
    decodeStrings: false,
    write(text, _, done) {
      terminal.write(String(text), done);
    },
  });
}

/** Whose key it is: that of the environment, else that of the folder's agent. */
async function callerOf(terminal: Terminal, dir: string, folder: OpenFolder): Promise<Caller> {
  if (folder.kind === 'relay') return folder.opened.caller;
  const key = keyOf(terminal) ?? (await folder.opened.agentKey());
  const caller = key === null ? null : await folder.opened.authenticate(key);
  if (caller !== null) return caller;
  const message =
    keyOf(terminal) === undefined
      ? 'There is no valid key of a tenant to call with. Set WCP_HALL_KEY to one, or bring keys/agent.key of the folder back.'
      : 'WCP_HALL_KEY is not a key of a tenant of this Hall. Unset it, to call with keys/agent.key of the folder, or set it to such a key.';
  throw new CliError([fileProblem(dir, 'NO_KEY', message)]);
}
