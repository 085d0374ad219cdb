import type { Command } from 'commander';
import { serveHall } from '../../serve/serve-hall.ts';
import { readCount } from '../read-count.ts';
import { type CommandContext, register } from '../register.ts';

interface Options {
  readonly host?: string;
  readonly port?: string;
  readonly open?: boolean;
  readonly trialKey?: boolean;
  readonly adminKey?: boolean;
  readonly json?: boolean;
}

/** `wcp serve`: a Hall in a folder (section 9). */
export function addServe(program: Command, { terminal }: CommandContext): void {
  const command = register(program, 'serve', {
    summary: 'Run a Hall in a folder; an empty one gets an example, keys and a line to try.',
    example: 'wcp serve my-hall',
    exits: '0 it was asked to end and did, 2 it could not start.',
  });
  command
    .argument('[dir]', 'the folder: rules.json, hall.json, server.json, keys/, store.db', '.')
    .option('--port <number>', 'listen at this port; 0 for any that is free (default: server.json, 7420)')
    .option('--host <address>', 'listen at this address (default: server.json, 127.0.0.1)')
    .option('--open', 'make no first keys: whoever is on this machine may ask, for env "dev" alone')
    .option('--trial-key', 'make a key for the tenant agent.example that opens for a day')
    .option('--admin-key', 'make another admin key: for whoever has lost the first')
    .action(async (dir: string, { host, port, open, trialKey, adminKey, json }: Options) => {
      await serveHall(terminal, dir, {
        ...(host !== undefined && { host }),
        ...(port !== undefined && { port: readCount('--port', port, 0, 65_535) }),
        keys: open === true ? 'none' : 'first',
        newKeys: [...(trialKey ? (['trial'] as const) : []), ...(adminKey ? (['admin'] as const) : [])],
        isJson: json === true,
      });
    });
}
