import type { Command } from 'commander';
import { serveWitness } from '../../witness/serve-witness.ts';
import { readCount } from '../read-count.ts';
import { type CommandContext, register } from '../register.ts';

interface Options {
  readonly host?: string;
  readonly port?: string;
  readonly json?: boolean;
}

/** `wcp witness serve`: cosigns what continues the logs that it watches (C2SP tlog-witness). */
export function addWitnessServe(group: Command, { terminal }: CommandContext): void {
  register(group, 'serve', {
    summary: 'Cosign the checkpoints of the watched logs, as long as each continues the last one.',
    details:
      'What was cosigned is on the disk before it is answered. GET /checkpoint?origin=… gives the last one, for auditors. It listens on plain HTTP: where others can reach the network between, put TLS in front.',
    example: 'wcp witness serve my-witness --port 7430',
    exits: '0 stopped when told to, 2 it could not start.',
  })
    .argument('<dir>', 'the folder of the witness')
    .option('--host <address>', 'address to listen on, instead of what witness.json says')
    .option('--port <number>', 'port to listen on; 0 picks a free one')
    .action(async (dir: string, { host, port, json }: Options) => {
      await serveWitness(terminal, dir, {
        ...(host !== undefined && { host }),
        ...(port !== undefined && { port: readCount('--port', port, 0, 65_535) }),
        isJson: json === true,
      });
    });
}
