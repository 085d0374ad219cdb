import type { Command } from 'commander';
import { usageError } from '../base/cli-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { HallClient } from '../client/hall-client.ts';
import { type CommandHelp, register } from './register.ts';

/** Which Hall, and as whom. */
export interface HallOptions {
  readonly url?: string;
  readonly key?: string;
  readonly json?: boolean;
}

/** Where `wcp serve` listens. */
const DEFAULT_URL = 'http://127.0.0.1:7420';

/** Adds a command that asks a Hall. */
export function registerHall(parent: Command, usage: string, help: CommandHelp): Command {
  return addHallOptions(register(parent, usage, help));
}

/** Adds the options that say which Hall is meant. */
export function addHallOptions(command: Command): Command {
  return command
    .option('--url <url>', `the Hall (default: WCP_HALL_URL, else ${DEFAULT_URL})`)
    .option('--key <key>', 'your key of it (default: WCP_HALL_KEY, which no list of processes shows)');
}

/**
 * The Hall that a command is about.
 *
 * @throws {CliError} where it is no address, or where the key is none
 */
export function hallOf({ env }: Terminal, options: HallOptions): HallClient {
  const text = options.url ?? (env['WCP_HALL_URL'] || DEFAULT_URL);
  const url = URL.parse(text.endsWith('/') ? text : `${text}/`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== '') {
    throw usageError(
      'The address of a Hall begins with http:// or https:// and holds no password: check --url or WCP_HALL_URL.',
    );
  }
  const key = options.key ?? env['WCP_HALL_KEY'];
  if (key !== undefined && !/^[\x21-\x7e]*$/.test(key)) {
    throw usageError('A key has no spaces and no letters beyond ASCII: check --key or WCP_HALL_KEY.');
  }
  return new HallClient(url, key === '' ? undefined : key);
}
