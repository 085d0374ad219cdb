import type { HeldNotice, OpenGateway, OpenRelay } from '@wcp/mcp';
import { CliError } from '../base/cli-error.ts';
import { EXIT } from '../base/exit-code.ts';
import { cliVersion } from '../base/package-file.ts';
import { fileProblem } from '../base/problem.ts';
import type { Terminal } from '../base/terminal.ts';
import { escaped } from '../print/layout.ts';
import { problemsOfFolder } from '../serve/folder-findings.ts';

/** How the gateway of a folder is opened. */
export interface OpenFolderOptions {
  readonly dir: string;
  /** What `mcp.json` says where there is none yet. */
  readonly settings?: object;
  readonly listens?: boolean;
  /** Puts the workers into the folder, unless another process has it; what `server.json` says of them where there is none. */
  readonly placeWorkers?: () => Promise<readonly object[]>;
}

/** A Hall that runs elsewhere, and the tenant of the key in the environment. */
export interface RemoteHallOptions {
  readonly url: string;
  readonly tenant_id: string;
}

/** What a client is served by: the gateway of this process, or that of another one that has the folder. */
export type OpenFolder =
  | { readonly kind: 'own'; readonly opened: OpenGateway }
  | { readonly kind: 'relay'; readonly opened: OpenRelay };

/**
 * Opens the gateway of a folder, or reaches the one that runs there. What it has to say goes to standard error: standard
 * output belongs to the client.
 *
 * @throws {CliError} exit code 1 where it cannot prove that it denies, 2 where it cannot be opened
 */
export async function openFolder(terminal: Terminal, options: OpenFolderOptions): Promise<OpenFolder> {
  const { openGateway, openRelay } = await import('@wcp/mcp');
  const { placeWorkers, ...rest } = options;
  const { dir } = options;
  return withProblems(terminal, dir, async () => {
    const relay = await openRelay(dir, { key: keyOf(terminal), version: cliVersion() });
    if (relay !== null) return { kind: 'relay', opened: relay };
    const workers = await placeWorkers?.();
    const opened = await openGateway({
      ...rest,
      ...(workers !== undefined && { workers }),
      ...logsOf(terminal),
      env: terminal.env,
      version: cliVersion(),
      onHeld: heldTo(terminal),
    });
    return { kind: 'own', opened };
  });
}

/** Tells of each call that waits for a steward. */
export function heldTo(terminal: Terminal) {
  return ({ capability_id, url }: HeldNotice) =>
    terminal.warn(`wcp: ${escaped(capability_id)} waits for a steward: ${escaped(url)}\n`);
}

/** The key in the environment that a caller on standard input has; undefined where there is none. */
export function keyOf({ env }: Terminal): string | undefined {
  return env['WCP_HALL_KEY'] === '' ? undefined : env['WCP_HALL_KEY'];
}

/** Where what an operator must know, and what servers write, goes. */
export function logsOf(terminal: Terminal) {
  return {
    log: (level: 'info' | 'warn' | 'error', message: string) => {
      if (level !== 'info') terminal.warn(`wcp: ${level}: ${escaped(message)}\n`);
    },
    onServerLog: (alias: string, line: string) => terminal.warn(`[${escaped(alias)}] ${escaped(line)}\n`),
  };
}

/** Runs something with a folder; what is wrong there is reported like other problems. */
export async function withProblems<R>(terminal: Terminal, dir: string, act: () => Promise<R>): Promise<R> {
  const [{ DeploymentError }, { WcpError }] = await Promise.all([import('@wcp/hall'), import('@wcp/spec')]);
  try {
    return await act();
  } catch (error) {
    if (error instanceof DeploymentError)
      throw new CliError(await problemsOfFolder(terminal, dir, error.findings));
    if (!(error instanceof WcpError) || !error.code.startsWith('ERR_WCP_MCP_')) throw error;
    const code = error.code.replace('ERR_WCP_', '');
    throw new CliError(
      [fileProblem(dir, code, error.message)],
      code === 'MCP_SELF_TEST' ? EXIT.found : EXIT.bad,
    );
  }
}
