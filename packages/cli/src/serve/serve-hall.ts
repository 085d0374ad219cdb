import type { Deployment, DeploymentOptions } from '@wcp/hall';
import { CliError } from '../base/cli-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { problemsOfFolder } from './folder-findings.ts';
import { type ServerLog, serverLog } from './server-log.ts';
import { AS_ROOT, isRoot, keysText, tryLine, welcomeText } from './welcome.ts';

/** The choices of the user. */
export interface ServeOptions extends Pick<DeploymentOptions, 'host' | 'port' | 'keys' | 'newKeys'> {
  readonly isJson: boolean;
}

/**
 * Runs the Hall in a folder until the program is told to stop.
 *
 * @throws {CliError} if it cannot be started
 */
export async function serveHall(terminal: Terminal, dir: string, options: ServeOptions): Promise<void> {
  const { isJson } = options;
  const stopped = terminal.untilStopped();
  const log = serverLog(terminal, isJson);
  const folder = await open(terminal, dir, options, log);
  const url = folder.url as string;
  if (isJson) {
    log('info', 'The Hall is ready.', { url, made: folder.made, try: tryLine(folder, url) });
    if (isRoot()) log('info', AS_ROOT);
  } else terminal.write(welcomeText(folder, dir, url, terminal));
  await stopped;
  log('info', 'The Hall is finishing what still runs, and closing.');
  await folder.close();
  log('info', 'The Hall is closed.');
}

/** The code of the server is loaded only here, so that other commands start fast. */
async function open(
  terminal: Terminal,
  dir: string,
  { isJson, ...chosen }: ServeOptions,
  log: ServerLog,
): Promise<Deployment> {
  const { DeploymentError, hardenProcess, openDeployment } = await import('@wcp/hall');
  try {
    await hardenProcess();
    return await openDeployment(dir, { ...chosen, env: terminal.env, log });
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    const { keys } = error;
    if (keys.length > 0 && isJson)
      log('warn', 'Keys were created before the start failed.', { made: { keys } });
    else terminal.write(keysText(keys, terminal));
    throw new CliError(await problemsOfFolder(terminal, dir, error.findings));
  }
}
