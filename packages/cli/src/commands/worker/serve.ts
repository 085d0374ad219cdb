import type { Command } from 'commander';
import { usageError } from '../../base/cli-error.ts';
import { escaped } from '../../print/layout.ts';
import { serveWorker } from '../../serve/serve-worker.ts';
import { readCount } from '../read-count.ts';
import { type CommandContext, register } from '../register.ts';

interface Options {
  readonly sandbox?: boolean;
  readonly authorityKey: string;
  readonly program?: string;
  readonly settings?: string;
  readonly hallKey?: readonly string[];
  readonly hallUrl?: readonly string[];
  readonly state?: string;
  readonly host: string;
  readonly port: string;
  readonly json?: boolean;
}

/** `wcp worker serve`: a package behind HTTP, contained, with its hash signed for each Hall that asks (section 10.5). */
export function addWorkerServe(group: Command, { terminal }: CommandContext): void {
  const command = register(group, 'serve', {
    summary: 'Run a worker contained behind HTTP, and attest its code to the Halls that ask.',
    details:
      'What runs are the bytes that were hashed at the start: a changed package is served by the next start. A Hall that requires attestation calls it with {"url": …, "record": …, "attested": true} in its server.json, once it knows the key of the authority (`wcp authorities add`). It listens on plain HTTP: where others can reach the network between, put TLS in front.',
    example: 'wcp worker serve my-worker --sandbox --program bundle.js --authority-key keys/wcp-key.pem',
    exits: '0 stopped when told to, 2 it could not start: nothing was served then.',
  });
  addOptions(command).action(async (dir: string, options: Options) => {
    if (options.sandbox !== true) throw usageError(SANDBOX);
    const { authorityKey, program, settings, hallKey, hallUrl = [], state, host, port, json } = options;
    const notUrl = hallUrl.find((url) => !/^https?:$/.test(URL.parse(url)?.protocol ?? ''));
    if (notUrl !== undefined)
      throw usageError(`--hall-url takes an address such as https://hall.example, not ${escaped(notUrl)}.`);
    await serveWorker(terminal, dir, {
      authorityKey,
      hallKey: hallKey?.join(',') ?? terminal.env['WCP_HALL_PUBLIC_KEY'] ?? '',
      hallUrls: hallUrl,
      host,
      port: readCount('--port', port, 0, 65_535),
      ...(program !== undefined && { program }),
      ...(settings !== undefined && { settings }),
      ...(state !== undefined && { state }),
      isJson: json === true,
    });
  });
}

function addOptions(command: Command): Command {
  return command
    .argument('<dir>', "the worker's package, with its registry_record.json")
    .option(
      '--sandbox',
      'hold the worker to its envelope; needed, because an uncontained one could read the key',
    )
    .requiredOption(
      '--authority-key <file>',
      "the private key of the worker's authority, outside of the package",
    )
    .option('--program <file>', 'the file of the package that Node runs')
    .option('--settings <file>', 'what an entry of server.json has for a package, such as node, and secrets')
    .option(
      '--hall-key <hex>',
      'the public key of a Hall whose permits count, again for more (default: WCP_HALL_PUBLIC_KEY; none: dev only)',
      (key: string, keys: readonly string[] = []) => [...keys, key],
    )
    .option(
      '--hall-url <url>',
      'where a Hall of these keys is reached, again for more: a new key of its log is followed by itself, as far as the old one signed for it',
      (url: string, urls: readonly string[] = []) => [...urls, url],
    )
    .option('--state <dir>', 'where used permits are kept across restarts (default: a temporary folder)')
    .option('--port <number>', 'port to listen on; 0 picks a free one', '7000')
    .option('--host <address>', 'address to listen on', '127.0.0.1');
}

const SANDBOX =
  'Add --sandbox: this command runs a worker contained or not at all, because an uncontained one could read the key of its authority. To serve one without attestation, run its own program with --http.';
