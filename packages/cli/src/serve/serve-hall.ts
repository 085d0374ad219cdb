import type { Deployment, DeploymentOptions } from '@wcp/hall';
import { CliError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';
import { placeProblems } from './folder-problems.ts';
import { type ServerLog, serverLog } from './server-log.ts';
import { tryLine } from './try-line.ts';
import { keysText, welcomeText } from './welcome.ts';

/** What the user may choose. */
export interface ServeOptions extends Pick<DeploymentOptions, 'host' | 'port' | 'keys' | 'newKeys'> {
  readonly isJson: boolean;
}

/**
 * Runs the Hall in a folder until somebody asks the program to end.
 *
 * @throws {CliError} where it cannot be started
 */
export async function serveHall(terminal: Terminal, dir: string, options: ServeOptions): Promise<void> {
  const { isJson } = options;
  const stopped = terminal.untilStopped();
  const log = serverLog(terminal, isJson);
  const folder = await open(terminal, dir, options, log);
  const url = folder.url as string;
  if (isJson) log('info', 'The Hall is ready.', { url, made: folder.made, try: tryLine(folder, url) });
  else terminal.write(welcomeText(folder, dir, url, terminal));
  await stopped;
  log('info', 'The Hall ends what runs and closes.');
  await folder.close();
  log('info', 'The Hall is closed.');
}

/** The server is loaded here alone: no other command pays for it. */
async function open(
  terminal: Terminal,
  dir: string,
  { isJson, ...wanted }: ServeOptions,
  log: ServerLog,
): Promise<Deployment> {
  const { DeploymentError, openDeployment } = await import('@wcp/hall');
  try {
    return await openDeployment(dir, { ...wanted, env: terminal.env, log });
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    const { keys } = error;
    if (keys.length > 0 && isJson) log('warn', 'Keys were made before it failed.', { made: { keys } });
    else terminal.write(keysText(keys, terminal));
    throw new CliError(await placeProblems(terminal, dir, error.problems));
  }
}
