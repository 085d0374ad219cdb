import type { Deployment, DeploymentOptions } from '@wcp/hall';
import { CliError } from '../base/cli-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { jsonLine } from '../print/json.ts';
import { escaped } from '../print/layout.ts';
import { placeProblems } from './folder-problems.ts';
import { keysText, tryLine, welcomeText } from './welcome.ts';

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

/** How grave a line of the log is. */
type LogLevel = 'info' | 'warn' | 'error';

/** Writes a line of the log: for people to standard error, or as a line of JSON to standard output. */
export type ServerLog = (level: LogLevel, message: string, more?: object) => void;

/** The log of a server. */
export function serverLog(terminal: Terminal, isJson: boolean): ServerLog {
  if (isJson) {
    return (level, message, more) =>
      terminal.write(jsonLine({ time: terminal.now(), level, message, ...more }));
  }
  const { red, yellow, dim } = terminal.errorColours;
  const paint = { error: red, warn: yellow, info: dim };
  return (level, message) =>
    terminal.warn(`${dim(terminal.now())} ${paint[level](level)}: ${escaped(message)}\n`);
}
