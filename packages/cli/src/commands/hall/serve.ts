import { type Command, Option } from 'commander';
import { serveHall } from '../../serve/serve-hall.ts';
import { readCount } from '../read-count.ts';
import { type CommandContext, register } from '../register.ts';
import { SUMMARIES } from '../summaries.ts';

interface Options {
  readonly host?: string;
  readonly port?: string;
  readonly open?: boolean;
  readonly trialKey?: boolean;
  readonly adminKey?: boolean;
  readonly json?: boolean;
  readonly logFormat?: 'text' | 'json';
}

/** `wcp serve`: a Hall in a folder (section 9). */
export function addServe(program: Command, { terminal }: CommandContext): void {
  const command = register(program, 'serve', {
    summary: SUMMARIES.serve,
    example: 'wcp serve my-hall',
    exits: '0 stopped when told to, 2 it could not start.',
  });
  command
    .argument('[dir]', 'the folder: rules.json, hall.json, server.json, keys/, store.db', '.')
    .option('--port <number>', 'port to listen on; 0 picks a free one (default: server.json, else 7420)')
    .option('--host <address>', 'address to listen on (default: server.json, else 127.0.0.1)')
    .option('--open', 'create no first keys: anyone on this machine may send requests, for env "dev" only')
    .option('--trial-key', 'create a key for the tenant agent.example, valid for one day')
    .option('--admin-key', 'create another admin key, if you have lost the first')
    .addOption(
      new Option('--log-format <format>', 'how the log is written (default: server.json, else text)').choices(
        ['text', 'json'],
      ),
    )
    .action(async (dir: string, { host, port, open, trialKey, adminKey, json, logFormat }: Options) => {
      await serveHall(terminal, dir, {
        ...(host !== undefined && { host }),
        ...(port !== undefined && { port: readCount('--port', port, 0, 65_535) }),
        keys: open === true ? 'none' : 'first',
        newKeys: [...(trialKey ? (['trial'] as const) : []), ...(adminKey ? (['admin'] as const) : [])],
        logFormat: json === true ? 'json' : logFormat,
      });
    });
}
