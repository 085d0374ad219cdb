import type { Deployment, DeploymentOptions } from '@wcp/hall';
import { CliError } from '../base/cli-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { problemsOfFolder } from './folder-findings.ts';
import { type ServerLog, serverLog } from './server-log.ts';
import { AS_ROOT, isRoot, keysText, tryLine, welcomeText } from './welcome.ts';

/** The choices of the user. */
export interface ServeOptions extends Pick<DeploymentOptions, 'host' | 'port' | 'keys' | 'newKeys'> {
  /** How the log is written; undefined leaves it to `server.json`. */
  readonly logFormat: 'text' | 'json' | undefined;
}

/** The log of a server, and whether it is for programs. */
interface OpenLog {
  isJson: boolean;
  log: ServerLog;
}

/**
 * Runs the Hall in a folder until the program is told to stop.
 *
 * @throws {CliError} if it cannot be started
 */
export async function serveHall(terminal: Terminal, dir: string, options: ServeOptions): Promise<void> {
  const isJsonWanted = options.logFormat === 'json';
  const opened: OpenLog = { isJson: isJsonWanted, log: serverLog(terminal, isJsonWanted) };
  const stopped = terminal.untilStopped();
  const folder = await open(terminal, dir, options, opened);
  const { isJson, log } = opened;
  const url = folder.url as string;
  if (isJson) {
    // Whatever the log leaves out: the keys are shown nowhere else.
    serverLog(terminal, true)('info', 'The Hall is ready.', {
      url,
      made: folder.made,
      try: tryLine(folder, url),
    });
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
  { logFormat, ...chosen }: ServeOptions,
  opened: OpenLog,
): Promise<Deployment> {
  const { DeploymentError, hardenProcess, openDeployment } = await import('@wcp/hall');
  try {
    await hardenProcess();
    return await openDeployment(dir, {
      ...chosen,
      env: terminal.env,
      openLog({ format, level }) {
        opened.isJson = (logFormat ?? format) === 'json';
        opened.log = serverLog(terminal, opened.isJson, level);
        return opened.log;
      },
    });
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    const { keys } = error;
    if (keys.length > 0 && opened.isJson)
      serverLog(terminal, true)('warn', 'Keys were created before the start failed.', { made: { keys } });
    else terminal.write(keysText(keys, terminal));
    throw new CliError(await problemsOfFolder(terminal, dir, error.findings));
  }
}
