import type { HallClient } from '@wcp/client';
import type { Command } from 'commander';
import { usageError } from '../base/cli-error.ts';
import type { Terminal } from '../base/terminal.ts';
import { connectHall } from '../client/hall-client.ts';
import { type CommandHelp, register } from './register.ts';

/** Which Hall to call, and with which key. */
export interface HallOptions {
  readonly url?: string;
  readonly key?: string;
  readonly json?: boolean;
}

/** Where `wcp serve` listens by default. */
const DEFAULT_URL = 'http://127.0.0.1:7420';

/** Adds a command that calls a Hall. */
export function registerHall(parent: Command, usage: string, help: CommandHelp): Command {
  return addHallOptions(register(parent, usage, help));
}

/** Adds the options that name the Hall and the key. */
export function addHallOptions(command: Command): Command {
  return command
    .option('--url <url>', `the URL of the Hall (default: WCP_HALL_URL, else ${DEFAULT_URL})`)
    .option('--key <key>', 'your API key (default: WCP_HALL_KEY, which does not show in a process list)');
}

/**
 * A client for the Hall that a command calls.
 *
 * @throws {CliError} if the URL or the key is malformed
 */
export function hallOf({ env }: Terminal, options: HallOptions): HallClient {
  const text = options.url ?? (env['WCP_HALL_URL'] || DEFAULT_URL);
  const url = URL.parse(text.endsWith('/') ? text : `${text}/`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== '') {
    throw usageError(
      'The URL of a Hall starts with http:// or https:// and contains no password. Check --url or WCP_HALL_URL.',
    );
  }
  const key = options.key ?? env['WCP_HALL_KEY'];
  if (key !== undefined && !/^[\x21-\x7e]*$/.test(key)) {
    throw usageError(
      'A key contains only printable ASCII characters and no spaces. Check --key or WCP_HALL_KEY.',
    );
  }
  return connectHall(url, key === '' ? undefined : key);
}
